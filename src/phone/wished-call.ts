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
  /** A call beside which this one is made: at its speed, so that the two can meet. */
  beside?: string;
  legs?: Record<string, LegPlan>;
}
