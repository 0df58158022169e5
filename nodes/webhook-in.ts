import type { Request, Response } from 'express';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { serveCalls } from '../src/admin/call-routes';
import { servePhone } from '../src/admin/phone-routes';
import { serveWebhooks, type WebhookNode } from '../src/admin/webhook-routes';
import { arrivalOf } from '../src/call/call-body';
import { callsOf } from '../src/call/calls';
import { isVerbHook } from '../src/call/verb-paths';
import { warnOfOfficialPalette } from '../src/clash';
import { fallbackOf, type FallbackFields } from '../src/guard/fallback';
import { answerStatus, listen } from '../src/http/adapter';
import { forgetCalls, lastCallOf, looksLikeJambonz } from '../src/http/last-call';
import { saveBeforeCoreAnswers } from '../src/http/core-answers';
import { receive } from '../src/http/receive';
import { withQuery } from '../src/http/request';
import { signatureFault } from '../src/http/signature';
import { addEntrance } from '../src/results/demand';
import { platformOfServer } from '../src/platform';
import type { ServerNode } from '../src/server';
import { warmUp } from '../src/specification';
import { traceOf } from '../src/trace/trace';

interface Config extends NodeDef, FallbackFields {
  url: string;
  method: string;
  /** Refers to a `jambonz_auth` node, for the signing secret and the jambonz version. */
  server?: string;
  /** Accept signed requests only. */
  signed?: boolean;
}

export = (RED: NodeAPI): void => {
  function WebhookIn(this: WebhookNode, config: Config): void {
    RED.nodes.createNode(this, config);
    const method = (config.method || 'post').toLowerCase();
    if (!(config.url as string | undefined)?.trim()) {
      this.warn(RED._('webhook-in.errors.no-path'));
      return;
    }
    if (method !== 'get' && method !== 'post') {
      this.warn(RED._('webhook-in.errors.method', { method }));
      return;
    }

    const path = config.url.trim();
    const server = config.server ? (RED.nodes.getNode(config.server) as ServerNode | null) : null;
    const platform = platformOfServer(RED, this, server);
    const publicUrl = server?.publicUrl;
    if (platform === '10') setImmediate(warmUp);
    const secrets = config.signed ? usableSecrets(RED, this, server, method) : undefined;

    // Connects to the store, if it is elsewhere, before the first call.
    callsOf(RED);

    const mark = (fill: 'yellow' | 'red', text: string): void => this.status({ fill, shape: 'ring', text });
    const lastCall = lastCallOf(this.id);
    let taken = false;
    let refused = false;
    let unanswered = false;
    const fallback = fallbackOf(config, (reason, facts) => this.warn(RED._(`webhook-in.errors.${reason}`, facts)));
    if (fallback) {
      fallback.given = (end) => {
        if (end) mark('red', `webhook-in.status.${end.reason}`);
        else if (unanswered) this.status({});
        unanswered = end !== undefined;
      };
    }

    const accept = (req: Request, res: Response): void => {
      const fault = secrets && (method === 'get' ? 'GET' : signatureFault(req, secrets));
      if (fault) {
        const body = withQuery(req.body as unknown, req.query, method);
        traceOf(RED).request(this, req, res, { body, arrival: arrivalOf(body), refused: true });
        answerStatus(res, 401);
        refused = true;
        mark('red', 'webhook-in.status.unsigned');
        return;
      }
      if (refused) {
        refused = false;
        this.status({});
      }
      if (looksLikeJambonz(req)) lastCall.at = Date.now();
      const hook = isVerbHook(RED, path, req);
      receive(RED, this, { platform, publicUrl, method, fallback, hook }, req, res);
    };

    const close = listen(RED, {
      id: this.id,
      method,
      path,
      signed: secrets !== undefined,
      receive: accept,
      refused: (status, reason) => {
        this.warn(RED._('webhook-in.errors.refused', { status: String(status), reason }));
      },
      shadowed: (now) => {
        if (now && !taken) {
          this.warn(RED._('webhook-in.errors.taken', { path: config.url }));
          mark('yellow', 'webhook-in.status.taken');
        } else if (taken && !now) {
          this.status({});
        }
        taken = now;
      },
    });
    if (!close) this.warn(RED._('webhook-in.errors.switched-off'));
    const answerWithinMs = fallback?.milliseconds ?? Infinity;
    const leave = addEntrance(this.id, { secrets, platform, publicUrl, answerWithinMs });
    if (close) this.webhook = { method, path };
    this.on('close', (removed: boolean, done: () => void) => {
      if (removed) forgetCalls(this.id);
      leave();
      close?.();
      done();
    });
  }

  // First: registering fails when the other palette has the type.
  warnOfOfficialPalette(RED);
  RED.nodes.registerType('webhook in', WebhookIn);
  serveWebhooks(RED);
  serveCalls(RED);
  servePhone(RED);
  saveBeforeCoreAnswers(RED);
};

/** The secrets to check signatures with; none, and an error, when the node can accept nothing. */
function usableSecrets(RED: NodeAPI, node: Node, server: ServerNode | null, method: string): string[] {
  const secrets = server?.webhookSecrets() ?? [];
  if (method === 'get') node.error(RED._('webhook-in.errors.signed-get'));
  else if (secrets.length === 0) node.error(RED._('webhook-in.errors.no-secret'));
  return secrets;
}
