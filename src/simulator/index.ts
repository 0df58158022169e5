export { realClock, virtualClock, type Clock, type Timer } from './clock';
export type * from './api';
export type * from './events';
export { Simulator } from './simulator';
