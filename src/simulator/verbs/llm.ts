import { isObject, type JsonObject } from '../json';
import type { Utterance } from '../leg';
import type { VerbKind } from '../verb';
import { Conversation, inJson, type Ending, type ToolCall } from './conversation';
import { inEnvelope, refusal, vendorName, vendorOf, wants } from './llm-vendors';

/**
 * A model that hears and speaks by itself.
 *
 * @see engine rule: a tool's answer goes to the model; one that does not come ends the conversation. The action hook is
 *   asked whatever ended it, and when that fails, so does the call
 */
class Llm extends Conversation {
  private readonly name = vendorName(this.data, this.written.name);
  private readonly vendor = vendorOf(this.name);

  protected get title(): string {
    const { model } = this.data;
    return typeof model === 'string' && model !== '' ? `${this.name} ${model}` : this.name;
  }

  protected override begin(): void {
    if (Array.isArray(this.data.mcpServers)) this.mark('MCP servers are not asked: their tools go to the tool hook');
  }

  protected heard({ text }: Utterance): void {
    this.tellIfWanted(this.vendor.spoken('caller', text));
  }

  protected said(text: string, when: 'before' | 'after'): void {
    if (when === 'before') this.tellIfWanted(this.vendor.spoken('model', text));
  }

  protected event(event: JsonObject): void {
    this.tellIfWanted(event);
  }

  protected async tool(call: ToolCall): Promise<void> {
    await this.useTool(call);
    this.tellIfWanted(this.vendor.called(call));
  }

  private async useTool(call: ToolCall): Promise<void> {
    const { vendor } = this;
    if (!this.data.toolHook) {
      this.showOutput(call, { refused: 'the verb has no toolHook' });
      return;
    }
    this.leg.emit({ type: 'wait', for: 'tool output', verb: this.id });
    const body = vendor.toolBody?.(call) ?? { tool_call_id: call.id, name: call.name, args: call.args };
    let answer: unknown;
    try {
      answer = await this.askBare('toolHook', body, 'continue');
      // What is no object cannot be given a type, at which the engine fails.
      if (answer !== undefined && !isObject(answer) && !Array.isArray(answer)) throw new Error('not an object');
    } catch (error) {
      if (this.isOn) this.finish({ reason: 'client error calling function', error: inJson(error) });
      return;
    }
    if (!this.isOn) return;
    if (answer === undefined) {
      this.showOutput(call, { refused: 'the tool hook answered nothing' });
      return;
    }
    const output = isObject(answer) ? inEnvelope(answer, call) : answer;
    const refused = vendor.refuses(output);
    this.showOutput(call, { output, ...(refused === undefined ? {} : { refused }) });
  }

  protected async report(ending: Ending = { reason: 'normal conversation end' }): Promise<void> {
    const { reason, error } = ending;
    await this.session.ask(this, 'actionHook', {
      completionReason: reason,
      ...(error === undefined ? {} : { error }),
    });
  }

  private tellIfWanted(event: JsonObject): void {
    if (wants(this.data.events, this.vendor, String(event.type))) this.tellHook(event);
  }
}

export const llm: VerbKind = {
  need: 'media',
  check: (data, platform) => (platform === '0.9' ? refusal(data) : undefined),
  make: Llm,
};
