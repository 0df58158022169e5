import type { Node, NodeAPI, NodeDef } from 'node-red';
import { settles } from '../src/guard/settled';
import { digestFault, type DigestFault } from '../src/http/digest';
import { NonceGuard } from '../src/http/nonce-guard';
import { grant, readSecret, secretSource, type SecretCredentials } from '../src/sip-user';
import { FieldReader, isBlank, type Fields, type Message } from '../src/typed-value';
import { reporter } from '../src/verb';

interface Config extends NodeDef {
  /** Refuse a registration that was recorded on its way and is sent again; absent means no. */
  nonceGuard?: boolean;
}

type Refusal = DigestFault | 'no-request' | 'replay' | 'failed';

/** What `msg.authResponse.msg` says. jambonz does not read it, but flows may: it is not translated. */
const REASONS: Readonly<Record<Refusal, string>> = {
  secret: 'invalid domain or username',
  mismatch: 'incorrect password',
  incomplete: 'incorrect password',
  algorithm: 'unsupported algorithm',
  qop: 'unsupported qop',
  replay: 'nonce count has been used before',
  'no-request': 'no authentication request',
  failed: 'internal error',
};

export = (RED: NodeAPI): void => {
  function UserAuth(this: Node<SecretCredentials>, config: Config): void {
    RED.nodes.createNode(this, config);
    const saved = config as unknown as Fields;
    const fields = new FieldReader(RED, this, saved);
    const report = reporter(RED, this);
    const guard = config.nonceGuard ? new NonceGuard() : undefined;
    let marked: Refusal | undefined;

    const mark = (refusal?: Refusal): void => {
      if (refusal === marked) return;
      marked = refusal;
      this.status(refusal ? { fill: 'red', shape: 'dot', text: `user-auth.status.${refusal}` } : {});
    };
    const complain = (reason: string): void => this.error(RED._(`user-auth.errors.${reason}`));

    /** Why the message's request is refused; undefined when it is not. */
    const judge = async (msg: Message): Promise<Refusal | undefined> => {
      const source = secretSource(saved, this.credentials);
      const secret = source && (await readSecret(fields.for(msg), source));
      if (secret?.text === undefined) {
        if (!secret) complain('no-secret');
        else if (secret.faulty) complain('unreadable');
        return 'secret';
      }
      const request = msg.authRequest;
      if (isBlank(request)) return 'no-request';
      const signed = Object(request) as object;
      const fault = digestFault(signed, source?.isHa1 ? { ha1: secret.text } : { password: secret.text });
      if (fault) return fault;
      return guard?.accept(signed, secret.text) === false ? 'replay' : undefined;
    };

    const answer = async (msg: Message): Promise<void> => {
      const refusal = await judge(msg);
      mark(refusal);
      if (refusal) {
        msg.authResponse = { status: 'fail', msg: REASONS[refusal] };
        return;
      }
      const read = fields.for(msg);
      const { expires } = msg.authRequest as { expires?: unknown };
      msg.authResponse = { status: 'ok', ...(await grant(read, expires)) };
      report(read.problems);
    };

    this.on('input', (received, send, done) => {
      const msg = received as Message;
      answer(msg)
        .catch(() => {
          // The error's text stays unsaid: it may hold the secret.
          msg.authResponse = { status: 'fail', msg: REASONS.failed };
          mark('failed');
          complain('failed');
        })
        .then(() => {
          send(msg);
          done();
        })
        .catch(done);
    });
  }

  RED.nodes.registerType<Node<SecretCredentials>, Config, object, SecretCredentials>('user auth', settles(UserAuth), {
    credentials: { passwordSecret: { type: 'password' }, ha1Secret: { type: 'password' } },
  });
};
