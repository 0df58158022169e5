/** The phone in a terminal: prompts are printed, keys and words are typed. */
import { clearLine, createInterface, cursorTo } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Simulator, realClock, virtualClock, type Call, type CallEvent, type Timer } from '../simulator';
import { sentenceOf } from './because';
import { describe } from './describe';
import { UsageError, type Options } from './options';
import { FROM, LOOKS, LOOK_MS, REACTION_MS, TO } from './play';
import { serveRest, type RestApi } from './rest-api';

const KEYS = /^[0-9*#]+$/;

const HELP = `  1, 42#              press keys
  anything else       say it
  /say 42             say what looks like keys
  /hangup             hang up
  /skip               jump to the next thing that happens
  /wait SECONDS       do nothing for so long
  /leg NUMBER ACTION  a dialled party: press 1, say yes, hangup, answer, reject 486
  /answer [NUMBER], /reject [NUMBER] [STATUS]   a party that is played by hand
  /model say WORDS, /model tool NAME {"json": 1}, /model end [REASON]   a language model's turn
  /go                 go on after many verbs
  /verbose            show requests and answers, or no longer
`;

/** Calls, and stays on the line until the call is over. Resolves to the exit code. */
export async function talk(options: Options, input: Readable & { isTTY?: boolean }, output: Writable): Promise<number> {
  const phone = new Phone(options, input, output);
  return phone.run();
}

class Phone {
  private readonly isTyped: boolean;
  private readonly simulator: Simulator;
  private readonly lines: string[] = [];
  private readonly playing = new Set<number>();
  private readonly legs = new Map<string, string>();
  private call: Call | undefined;
  private isOpen = true;
  private isOver = false;
  private isVerbose: boolean;
  private timer: Timer | undefined;
  private quiet: NodeJS.Timeout | undefined;
  private inFlight = 0;
  private release: (() => void) | undefined;
  private prompt: () => void = () => undefined;
  private unreachable: string | undefined;
  private firstRequest: number | undefined;

  constructor(
    private readonly options: Options,
    private readonly input: Readable & { isTTY?: boolean },
    private readonly output: Writable,
  ) {
    this.isTyped = input.isTTY === true;
    this.isVerbose = options.verbose;
    const isReal = options.realTime ?? this.isTyped;
    this.simulator = new Simulator({
      clock: isReal ? realClock() : virtualClock(),
      ...(options.secret !== undefined && { secret: options.secret }),
      ...(options.platform && { platform: options.platform }),
    });
  }

  async run(): Promise<number> {
    const { url, from = FROM, to = TO, name, headers, legs, statusHook } = this.options;
    if (url === undefined) throw new UsageError('which webhook?');
    const application = { url, ...(statusHook !== undefined && { statusHook }), legs };
    let api: RestApi | undefined;
    if (this.options.rest) api = await serveRest(this.simulator, application, this.options.rest, () => undefined);
    const reader = createInterface({
      input: this.input,
      ...(this.isTyped && { output: this.output, prompt: '> ' }),
    });
    this.prompt = () => {
      if (this.isTyped && this.isOpen && !this.isOver) reader.prompt(true);
    };
    reader.on('line', (line) => this.typed(line.trim()));
    reader.on('SIGINT', () => this.hangUp());
    reader.on('close', () => {
      this.isOpen = false;
      // Ctrl-D; what is piped in just comes to its end.
      if (this.isTyped) this.hangUp();
      else this.pump();
    });
    const off = this.simulator.on((call, event) => this.happened(call, event));
    this.print(`Calling ${url} from ${from} to ${to}${this.isTyped ? '. /help lists what you can do.' : ''}`);
    this.call = this.simulator.call({
      url,
      from,
      to,
      headers,
      legs,
      ...(name !== undefined && { name }),
      ...(statusHook !== undefined && { statusHook }),
    });
    this.pump();
    try {
      await this.call.ended;
    } finally {
      this.isOver = true;
      off();
      reader.close();
      this.input.destroy();
      this.timer?.cancel();
      clearTimeout(this.quiet);
      this.release?.();
      await api?.close();
      this.simulator.close();
    }
    return this.unreachable === undefined ? 0 : 3;
  }

  private print(line: string): void {
    if (this.isTyped) {
      cursorTo(this.output, 0);
      clearLine(this.output, 0);
    }
    this.output.write(`${line}\n`);
    this.prompt();
  }

  private happened(call: Call, event: CallEvent): void {
    this.call ??= call;
    const isOwn = call === this.call;
    if (event.type === 'leg') this.legs.set(event.leg, event.name);
    if (isOwn && event.type === 'end') this.isOver = true;
    const line = this.lineOf(event);
    if (line !== undefined) this.print(isOwn ? line : `[${call.summary.from}] ${line}`);
    if (!isOwn) return;
    if (event.type === 'heard' && event.leg === undefined) {
      if (event.ended === undefined) this.playing.add(event.id);
      else this.playing.delete(event.id);
    }
    if (event.type === 'request') {
      this.firstRequest ??= event.id;
      this.inFlight++;
    }
    if (event.type === 'answer') this.inFlight--;
    if (event.type === 'answer' && event.request === this.firstRequest && event.status === undefined)
      this.unreachable = event.error ?? 'no answer';
    if (event.type === 'ask') this.asked();
    this.watch();
    this.pump();
  }

  private lineOf(event: CallEvent): string | undefined {
    const who = 'leg' in event && event.leg ? `${this.legs.get(event.leg) ?? event.leg} ` : '';
    switch (event.type) {
      case 'heard': {
        const words = { say: event.text, play: `(plays ${event.text})`, dtmf: `(keys ${event.text})`, beep: '(beep)' }[
          event.kind
        ];
        if (event.ended === undefined) return `${who}<< ${words}`;
        return event.ended === 'done' ? undefined : `${who}   (${event.ended})`;
      }
      case 'done':
        // What is typed is on the screen already.
        if (this.isTyped && !event.leg) return undefined;
        return `${who}>> ${event.text ?? event.did}`;
      case 'leg':
        return `-- ${event.name} ${event.state}${event.why ? `: ${event.why}` : ''}`;
      case 'alert':
        return `!! ${event.text}`;
      case 'wait': {
        const seconds = event.until === undefined ? '' : `, for ${Math.round((event.until - event.at) / 100) / 10} s`;
        return `${who}.. waits for ${event.for}${seconds}`;
      }
      case 'ask':
        return `!! ${event.verbs} verbs went by without your doing anything. /go goes on, /hangup ends the call.`;
      case 'end':
        return sentenceOf(event);
      case 'answer':
        if (event.error !== undefined && !this.isVerbose) return `!! ${event.error}`;
        break;
    }
    if (!this.isVerbose) return undefined;
    const line = describe(event, (leg) => this.legs.get(leg) ?? leg);
    return line === undefined ? undefined : `   ${line}`;
  }

  /** A call whose time jumps ends when nothing can happen in it any more. */
  private watch(): void {
    clearTimeout(this.quiet);
    if (!this.simulator.clock.virtual || this.isOver) return;
    this.quiet = setTimeout(() => {
      if (this.timer || this.lines.length > 0 || this.isOpen || this.inFlight > 0) {
        this.watch();
        return;
      }
      this.print('-- nothing happens any more');
      this.hangUp();
    }, LOOKS * LOOK_MS);
  }

  private asked(): void {
    if (this.isTyped) return;
    if (this.lines.length > 0) this.act(this.lines.shift()!);
    else if (!this.isOpen) this.hangUp();
    if (!this.isOver) setImmediate(() => this.line.goOn());
  }

  private hangUp(): void {
    if (!this.isOver) this.call?.hangup();
  }

  private typed(line: string): void {
    if (this.isTyped) {
      this.act(line);
      this.prompt();
      return;
    }
    if (line !== '') this.lines.push(line);
    this.pump();
  }

  /** What is piped in is done one line after the other, each when nothing is being heard. */
  private pump(): void {
    if (this.isTyped || !this.call) return;
    const isIdle = this.lines.length === 0 && this.isOpen && !this.isOver;
    if (isIdle) this.release ??= this.simulator.clock.hold();
    else {
      this.release?.();
      this.release = undefined;
    }
    if (this.isOver || this.timer || this.lines.length === 0 || this.playing.size > 0) return;
    this.later(REACTION_MS);
  }

  private later(ms: number): void {
    this.timer = this.simulator.clock.after(ms, () => {
      this.timer = undefined;
      const line = this.playing.size === 0 && !this.isOver ? this.lines.shift() : undefined;
      if (line !== undefined) this.act(line);
      this.pump();
    });
  }

  /** The call that is typed into. */
  private get line(): Call {
    if (!this.call) throw new Error('there is no call yet');
    return this.call;
  }

  private act(line: string): void {
    if (line === '' || this.isOver) return;
    try {
      const [, command, rest = ''] = /^\/(\w+)\s*(.*)$/.exec(line) ?? [];
      if (command !== undefined) this.command(command.toLowerCase(), rest.trim());
      else this.speak(line);
    } catch (error) {
      this.print(`!! ${(error as Error).message}`);
    }
  }

  private speak(line: string, leg?: string): void {
    if (KEYS.test(line)) this.line.press(line, leg);
    else this.line.say(line, leg === undefined ? {} : { leg });
  }

  private command(command: string, rest: string): void {
    const commands: Record<string, (() => void) | undefined> = {
      help: () => this.print(HELP.trimEnd()),
      say: () => this.line.say(rest),
      hangup: () => this.line.hangup(rest === '' ? undefined : this.sidOf(rest)),
      skip: () => {
        if (!this.line.skip()) this.print('-- there is nothing to jump to');
      },
      wait: () => {
        if (!this.isTyped) this.later(Math.max(0, Number(rest) || 0) * 1000);
      },
      go: () => this.line.goOn(),
      verbose: () => {
        this.isVerbose = !this.isVerbose;
      },
      answer: () => this.line.answer(this.sidOf(rest)),
      reject: () => {
        const [, name = '', status = '486'] = /^(.*?)\s*\b([4-6]\d\d)?$/.exec(rest) ?? [];
        this.line.reject(this.sidOf(name), Number(status));
      },
      leg: () => {
        const [, name = '', action = ''] = /^(\S+)\s+(.+)$/.exec(rest) ?? [];
        this.legDoes(this.sidOf(name), action);
      },
      model: () => this.model(rest),
    };
    const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (!known) throw new Error(`there is no /${command}; /help lists what there is`);
    known();
  }

  private legDoes(leg: string, action: string): void {
    const [, verb = '', what = ''] = /^(\S+)\s*(.*)$/.exec(action) ?? [];
    if (verb === 'press' || verb === 'say') {
      if (verb === 'press') this.line.press(what, leg);
      else this.line.say(what, { leg });
    } else if (verb === 'hangup') this.line.hangup(leg);
    else if (verb === 'answer') this.line.answer(leg);
    else if (verb === 'reject' || verb === 'busy') this.line.reject(leg, Number(what) || 486);
    else throw new Error('a party can press 1, say yes, hangup, answer or reject 486');
  }

  private model(rest: string): void {
    const [, kind = '', what = ''] = /^(say|tool|end)\b\s*(.*)$/.exec(rest) ?? [];
    const [, name, args = ''] = /^(\S+)\s*(.*)$/.exec(what) ?? [];
    if (kind === 'say') this.line.model({ say: what });
    else if (kind === 'end') this.line.model({ end: what === '' ? 'normal conversation end' : what });
    else if (kind === 'tool' && name !== undefined)
      this.line.model({ tool: { name, args: args === '' ? {} : (JSON.parse(args) as unknown) } });
    else throw new Error('/model say WORDS, /model tool NAME {...} or /model end');
  }

  /** The party of a name, or the end of one; without a name the last one that has come. */
  private sidOf(name: string): string {
    const [found] = [...this.legs].reverse().find(([, known]) => known.endsWith(name)) ?? [];
    if (found === undefined)
      throw new Error(name === '' ? 'there is nobody else in this call' : `there is no ${name} in this call`);
    return found;
  }
}
