import type { CallRecord } from '../simulator';

/** A call as a test that can be run again; undefined when it cannot be made into one. */
export const scriptOf: (record: CallRecord) => unknown = () => undefined;
