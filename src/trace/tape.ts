import type { Arrived } from './arrived';
import type { Note } from './note';

const BYTES = 4 * 1024 * 1024;
/** For one more note of a usual size. */
const ROOM = 64 * 1024;
const MOST_NOTES = 2000;
/** Between texts. */
const TEXT = '\u0000';

/** Where the numbers of a note are among all numbers. */
const [SINCE, ORDER, ANSWERED, ANSWER_ORDER, STATUS, START, BODY, CHUNK, END, NUMBERS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Notes of requests that are over, written down as bytes until somebody reads them. Under load every note that is
 * left as an object for a tenth of a second is copied by the garbage collector, twice, which costs ten times as much.
 */
export class Tape {
  private bytes: Buffer | undefined;
  private readonly numbers = new Float64Array(MOST_NOTES * NUMBERS);
  /** The ids of calls. */
  private readonly keys: string[] = [];
  private end = 0;
  length = 0;

  /** @returns false when there is no room for a note, or something in it that cannot be written down */
  write(note: Note): boolean {
    const { arrived, chunk, errors, instead } = note;
    if (!arrived || arrived.refused || errors || instead || typeof chunk !== 'string' || chunk === '') return false;
    const head = headOf(arrived, note);
    // In bytes, a character may take three.
    const most = 3 * ((head?.length ?? 0) + arrived.body.length + chunk.length);
    if (head === undefined || this.length === MOST_NOTES || this.end + most > BYTES) return false;

    const bytes = (this.bytes ??= Buffer.allocUnsafeSlow(BYTES));
    const { numbers, end: start } = this;
    const place = this.length * NUMBERS;
    const body = start + bytes.write(head, start);
    const answer = body + put(bytes, arrived.body, body);
    const end = answer + bytes.write(chunk, answer);
    numbers[place + SINCE] = note.since;
    numbers[place + ORDER] = note.order;
    numbers[place + ANSWERED] = note.answered;
    numbers[place + ANSWER_ORDER] = note.answerOrder;
    numbers[place + STATUS] = note.status;
    numbers[place + START] = start;
    numbers[place + BODY] = body;
    numbers[place + CHUNK] = answer;
    numbers[place + END] = end;
    this.keys[this.length++] = arrived.key;
    this.end = end;
    return true;
  }

  /** There may be no room for another one. */
  get isFull(): boolean {
    return this.length === MOST_NOTES || this.end > BYTES - ROOM;
  }

  keyAt(index: number): string {
    return this.keys[index]!;
  }

  orderAt(index: number): number {
    return this.numbers[index * NUMBERS + ORDER]!;
  }

  read(index: number): Note {
    const numbers = this.numbers.subarray(index * NUMBERS, (index + 1) * NUMBERS);
    const text = (from: number, to: number): string => this.bytes!.toString('utf8', numbers[from], numbers[to]);
    const arrivedAndWay = text(START, BODY).split(TEXT);
    const [method = '', scheme = '', host = '', target = '', hook, property = '', last, nodes = '', made] =
      arrivedAndWay;
    return {
      arrived: {
        ...{ key: this.keyAt(index), last: last !== '', refused: false },
        ...{ method, scheme, host, target, property, hook: hook as Arrived['hook'], body: text(BODY, CHUNK) },
      },
      since: numbers[SINCE]!,
      order: numbers[ORDER]!,
      answered: numbers[ANSWERED]!,
      answerOrder: numbers[ANSWER_ORDER]!,
      status: numbers[STATUS]!,
      chunk: text(CHUNK, END),
      lost: false,
      nodes,
      ...(made !== undefined && { made }),
    };
  }

  clear(): void {
    this.end = 0;
    this.length = 0;
  }
}

/** All that is short; undefined when something in it is not as it should be. */
function headOf({ method, scheme, host, target, hook, property, last }: Arrived, { nodes, made }: Note) {
  if (target.includes(TEXT)) return undefined;
  const texts = `${method}${TEXT}${scheme}${TEXT}${host}${TEXT}${target}${TEXT}${hook}${TEXT}${property}${TEXT}`;
  return `${texts}${last ? 'last' : ''}${TEXT}${nodes}${made === undefined ? '' : TEXT + made}`;
}

function put(bytes: Buffer, content: Buffer | string, at: number): number {
  if (typeof content === 'string') return bytes.write(content, at);
  bytes.set(content, at);
  return content.length;
}
