import { Application } from './application';

/** What is answered to a request, by path: verbs, or anything else that JSON holds. */
export type Verbs = Record<string, (body: Record<string, unknown>) => unknown>;

/** Serves verbs by path; a path that is not there is answered with 404. */
export function serveVerbs(verbs: Verbs): Promise<Application> {
  return Application.start(({ path, body }) => {
    const answer = verbs[path]?.(body);
    if (answer === undefined) return { status: 404 };
    return Array.isArray(answer) ? (answer as unknown[]) : { status: 200, text: JSON.stringify(answer) };
  });
}
