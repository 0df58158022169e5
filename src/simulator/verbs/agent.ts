import { isObject, number, object, type JsonObject } from '../json';
import type { Utterance } from '../leg';
import type { VerbKind } from '../verb';
import { Conversation, inJson, type Ending, type ToolCall } from './conversation';

/**
 * Recognizer, language model and voice, put together by jambonz 10 and later.
 *
 * @see https://docs.jambonz.org/verbs/verbs/agent for its events; how it deals with a tool that fails has not been
 *   recorded, and is taken to be as with `llm`
 */
class Agent extends Conversation {
  private transcript = '';

  protected get title(): string {
    const llm = object(this.data.llm);
    return ['agent', llm?.vendor, llm?.model].filter((part) => typeof part === 'string').join(' ');
  }

  protected override begin(): void {
    if ((number(this.data.noResponseTimeout) ?? 0) > 0) this.mark('noResponseTimeout is not played');
    if (Array.isArray(this.data.mcpServers)) this.mark('MCP servers are not asked: their tools go to the tool hook');
  }

  protected heard({ text }: Utterance): void {
    this.transcript = text;
    this.tellHook({ type: 'user_transcript', transcript: text });
  }

  protected override interrupted(): void {
    this.tellHook({ type: 'user_interruption' });
  }

  protected said(text: string, when: 'before' | 'after', wasCut: boolean): void {
    if (when === 'before') {
      this.tellHook({ type: 'llm_response', response: text });
      return;
    }
    this.tellHook({ type: 'turn_end', transcript: this.transcript, response: text, interrupted: wasCut, latency: {} });
    this.transcript = '';
  }

  protected event(event: JsonObject): void {
    this.tellHook(event);
  }

  protected async tool(call: ToolCall): Promise<void> {
    if (!this.data.toolHook) {
      this.showOutput(call, { refused: 'the verb has no toolHook' });
      return;
    }
    this.leg.emit({ type: 'wait', for: 'tool output', verb: this.id });
    try {
      const output = await this.askBare(
        'toolHook',
        { tool_call_id: call.id, name: call.name, arguments: call.args },
        'continue',
      );
      if (!this.isOn) return;
      this.showOutput(call, output === undefined ? { refused: 'the tool hook answered nothing' } : { output });
    } catch (error) {
      if (this.isOn) this.finish({ reason: 'client error calling function', error: inJson(error) });
    }
  }

  protected async report(ending: Ending = { reason: 'normal conversation end' }): Promise<void> {
    const { reason, error } = ending;
    await this.session.ask(this, 'actionHook', {
      completionReason: reason,
      ...(error === undefined ? {} : { error: isObject(error) ? error : inJson(error) }),
    });
  }
}

export const agent: VerbKind = { need: 'media', make: Agent };
/** An older name of it, which jambonz 0.9 has a definition of, but does not carry out. */
export const pipeline: VerbKind = {
  need: 'media',
  check: (_data, platform) => (platform === '0.9' ? "invalid jambonz verb 'pipeline'" : undefined),
  make: Agent,
};
