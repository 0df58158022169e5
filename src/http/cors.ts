import type { Request, RequestHandler, Response } from 'express';

type Origin = string | boolean | RegExp | (string | RegExp)[];

/** Node-RED's setting `httpNodeCors`, in the form of the cors middleware. */
export interface CorsSetting {
  origin?: Origin;
  methods?: string | string[];
  allowedHeaders?: string | string[];
  exposedHeaders?: string | string[];
  credentials?: boolean;
  maxAge?: number;
  optionsSuccessStatus?: number;
}

/**
 * Middleware that lets pages of other origins call a webhook, and answers their preflight; none
 * without a setting. (jambonz itself sends no Origin; this honours the setting.)
 */
export function cors(setting: CorsSetting | undefined): RequestHandler[] {
  if (!setting) return [];
  const allow: RequestHandler = (req, res, next) => {
    const origin = allowedOrigin(setting.origin ?? '*', req.headers.origin);
    if (origin) res.setHeader('Access-Control-Allow-Origin', origin);
    if (origin !== '*') res.vary('Origin');
    if (setting.credentials) res.setHeader('Access-Control-Allow-Credentials', 'true');
    if (setting.exposedHeaders) res.setHeader('Access-Control-Expose-Headers', list(setting.exposedHeaders));
    if (req.method === 'OPTIONS' && req.headers['access-control-request-method']) preflight(setting, req, res);
    else next();
  };
  return [allow];
}

function preflight(setting: CorsSetting, req: Request, res: Response): void {
  res.setHeader('Access-Control-Allow-Methods', list(setting.methods ?? 'GET,HEAD,PUT,PATCH,POST,DELETE'));
  const headers = setting.allowedHeaders ?? req.headers['access-control-request-headers'];
  if (headers) res.setHeader('Access-Control-Allow-Headers', list(headers));
  if (setting.maxAge !== undefined) res.setHeader('Access-Control-Max-Age', String(setting.maxAge));
  res.status(setting.optionsSuccessStatus ?? 204).end();
}

function allowedOrigin(allowed: Origin, origin: string | undefined): string | undefined {
  if (allowed === '*' || (allowed === true && origin === undefined)) return '*';
  if (typeof allowed === 'string') return allowed;
  const matches =
    allowed === true ||
    [allowed].flat().some((rule) => (rule instanceof RegExp ? rule.test(origin ?? '') : rule === origin));
  return matches ? origin : undefined;
}

function list(values: string | string[]): string {
  return [values].flat().join(',');
}
