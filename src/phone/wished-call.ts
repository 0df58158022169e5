import type { LegPlan } from '../simulator/leg-plan';

/** A call that the phone is to make. */
export interface Wish {
  node: string;
  from: string;
  to: string;
  name?: string;
  headers?: Record<string, string>;
  signed: boolean;
  speed: 'real' | 'skip';
  legs?: Record<string, LegPlan>;
}
