import type { RestAnswer } from './api';
import type { SimulatedCall } from './call';
import { snakeKeys } from './json';
import type { Leg } from './leg';
import type { World } from './world';

/** What the REST API tells about the account, without changing anything. */
export class Lists {
  /** Calls that were taken from jambonz's memory: they go on, but nobody finds them. */
  private readonly deleted = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly calls: ReadonlyMap<string, SimulatedCall>,
  ) {}

  /** Answers a request for `what` of an account; undefined for one that is not known here. */
  answer(method: string, what: string, sid: string | undefined, query: Record<string, string>): RestAnswer | undefined {
    if (what === 'Calls' && sid !== undefined) return this.one(method, sid);
    if (method !== 'GET' || sid !== undefined) return undefined;
    switch (what) {
      case 'Calls':
        return { status: 200, data: this.list(query) };
      case 'CallCount': {
        const count = (direction: string): number => this.list({ direction }).length;
        return { status: 200, data: { inbound: count('inbound'), outbound: count('outbound') } };
      }
      case 'Queues': {
        const { queues } = this.world;
        return { status: 200, data: queues.names.map((name) => ({ name, length: queues.list(name).length })) };
      }
      case 'Conferences':
        return { status: 200, data: this.world.conferences.names };
      case 'RegisteredSipUsers':
        return { status: 200, data: [] };
      case 'RecentCalls':
      case 'Alerts':
        return page(query);
      default:
        return undefined;
    }
  }

  private one(method: string, sid: string): RestAnswer | undefined {
    if (method !== 'GET' && method !== 'DELETE') return undefined;
    const leg = this.deleted.has(sid) ? undefined : this.calls.get(sid)?.legs.get(sid);
    if (!leg) return { status: 404, data: 'Not Found' };
    if (method === 'GET') return { status: 200, data: described(leg) };
    this.deleted.add(sid);
    return { status: 204, data: '' };
  }

  private list({ direction, from, to, callStatus }: Record<string, string>): unknown[] {
    const legs = [...new Set(this.calls.values())].flatMap((call) => [...call.legs.values()]);
    return legs
      .filter((leg) => !leg.isOver && !this.deleted.has(leg.id))
      .filter(({ info: { identity, callStatus: status } }) => {
        const wanted = [
          [direction, identity.direction],
          [from, identity.from],
          [to, identity.to],
          [callStatus, status],
        ];
        return wanted.every(([asked, is]) => asked === undefined || asked === is);
      })
      .map(described);
  }
}

function described({ info }: Leg): unknown {
  const { customerData: _tag, headers: _headers, ...facts } = info.toJSON();
  return snakeKeys(facts);
}

/** A page of a list that the simulator does not keep. */
function page({ page: number, count }: Record<string, string>): RestAnswer {
  const missing = !(Number(number) >= 1) ? 'page' : !(Number(count) >= 1 && Number(count) <= 500) ? 'count' : undefined;
  if (missing) return { status: 400, data: { msg: `missing or invalid "${missing}" query arg` } };
  return { status: 200, data: { total: 0, page_size: count, page: number, data: [] } };
}
