import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Simulator,
  virtualClock,
  type Call,
  type CallEvent,
  type CallOptions,
  type SimulatorOptions,
} from '../../src/simulator';

/** What a webhook answers: verbs, an object, or how it fails. */
export type Answer = unknown[] | { status?: number; json?: unknown; text?: string; never?: true };

/** A request that the application has got. */
export interface Hooked {
  path: string;
  body: Record<string, unknown>;
}

/** An application over real HTTP: what each path answers, the last answer again and again. */
export class Application {
  readonly requests: Hooked[] = [];
  private answers = new Map<string, Answer[]>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Application> {
    const server = createServer((request, response) => void application.serve(request, response));
    const application = new Application(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return application;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answer(answers: Record<string, Answer | Answer[]>): this {
    this.requests.length = 0;
    this.answers = new Map(
      Object.entries(answers).map(([path, answer]) => [path, isSeries(answer) ? [...answer] : [answer]]),
    );
    return this;
  }

  /** The bodies that a path has got. */
  got(path: string): Record<string, unknown>[] {
    return this.requests.filter((request) => request.path === path).map(({ body }) => body);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    this.requests.push({ path, body: raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>) });
    const series = this.answers.get(path) ?? [];
    const answer = (series.length > 1 ? series.shift() : series[0]) ?? [];
    if (Array.isArray(answer)) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      return;
    }
    if (answer.never) return;
    response.statusCode = answer.status ?? 200;
    if (answer.json !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer.json));
    else response.setHeader('content-type', 'text/plain').end(answer.text ?? '');
  }
}

/** A list of lists is a series of answers; a list of verbs is one. */
function isSeries(answer: Answer | Answer[]): answer is Answer[] {
  return Array.isArray(answer) && answer.length > 0 && answer.every((part) => Array.isArray(part) || isFailure(part));
}

function isFailure(part: unknown): boolean {
  return (
    typeof part === 'object' &&
    part !== null &&
    !('verb' in part) &&
    ['status', 'json', 'text', 'never'].some((key) => key in part)
  );
}

type Kind<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;

/** One call to an application, on a clock that skips whatever there is to wait for. */
export class TestCall {
  private constructor(
    readonly simulator: Simulator,
    readonly call: Call,
  ) {}

  static begin(application: Application, options: Partial<CallOptions> = {}, how: SimulatorOptions = {}): TestCall {
    const simulator = new Simulator({ clock: virtualClock(), ...how });
    const call = simulator.call({
      url: `${application.origin}/`,
      statusHook: `${application.origin}/status`,
      from: '15551112222',
      to: '15553334444',
      ...options,
    });
    return new TestCall(simulator, call);
  }

  /** Does something as soon as something happens for the first time; the clock waits meanwhile. */
  on(happens: (event: CallEvent) => boolean, act: (event: CallEvent) => void): this {
    let isDone = false;
    this.simulator.on((_call, event) => {
      if (isDone || !happens(event)) return;
      isDone = true;
      const release = this.simulator.clock.hold();
      setImmediate(() => {
        release();
        act(event);
      });
    });
    return this;
  }

  /** All that happened, of one kind. */
  all<T extends CallEvent['type']>(type: T): Kind<T>[] {
    return this.call.events.filter((event): event is Kind<T> => event.type === type);
  }

  /** How it ended. */
  async end(): Promise<Kind<'end'>> {
    await this.call.ended;
    this.simulator.close();
    return this.all('end').at(-1)!;
  }
}
