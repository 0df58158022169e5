import { runVector, type Result } from '../compat/run-vector';

type Json = Record<string, unknown>;

/** What a REST node asks jambonz for: one message through the node, with a server that takes everything. */
export function ask(
  config: Json & { type: string },
  msg: Json = {},
  response: Json = { status: 202 },
): Promise<Result> {
  return runVector({
    id: config.type,
    config: { name: '', server: 'srv', ...config },
    server: {
      config: { url: '__STUB__', urlType: 'str', accountSidType: 'str', apiTokenType: 'str' },
      credentials: { accountSid: 'acct-1', apiToken: 'tok' },
    },
    response,
    msg,
    expect: { sent: true },
  });
}
