/**
 * How a dialled party behaves: rings and answers after some seconds, refuses, lets it ring, is an
 * answering machine, or waits for somebody to play it.
 */
export type LegPlan =
  | 'busy'
  | 'no answer'
  | 'declined'
  | 'machine'
  | 'by hand'
  | {
      /** Answers after so many seconds. */
      answer: number;
      /** What it does before: rings (default), is silent, or already plays something. */
      before?: 'ringing' | 'silence' | 'early media';
      /** Hangs up so many seconds after it was put through. */
      hangup?: number;
      /** Says this when it answers, as an answering machine does. */
      greeting?: string;
    }
  | {
      /** Refuses with a SIP status. */
      status: number;
      /** Rings before. */
      ringing?: boolean;
      /** After so many seconds. */
      after?: number;
    };
