import { Problem } from './problem';
import { isBlank, type Reader } from './typed-value';

/** A row of the dial node's list of destinations, as saved. */
interface TargetRow {
  type?: string;
  dest?: unknown;
  /** The kind of `dest`; releases 2.4.0 to 2.4.4 called it `destType`. */
  varType?: string;
  destType?: string;
  user?: string;
  pass?: string;
  trunk?: unknown;
  trunkType?: string;
  tenant?: unknown;
  tenantType?: string;
  vmail?: boolean;
  /** Releases before 2.1 saved the destination under a name of its own type. */
  number?: string;
  name?: string;
  sipUri?: string;
}

/** Whom to call: the rows of the field `targets` as targets of the verb dial. */
export async function dialTargets(read: Reader): Promise<object[]> {
  const rows = read.raw('targets');
  const targets: object[] = [];
  for (const [index, row] of (Array.isArray(rows) ? (rows as (TargetRow | null)[]) : []).entries()) {
    if (row) targets.push(await dialTarget(read, row, `targets[${index}]`));
  }
  return targets;
}

async function dialTarget(read: Reader, row: TargetRow, field: string): Promise<object> {
  const { type } = row;
  const saved = row.dest ?? row.number ?? row.name ?? row.sipUri;
  const destination = await read.typed(saved, row.varType ?? row.destType, `${field}.dest`);
  if (isBlank(destination)) read.problems.push(new Problem('no-destination', { field: `${field}.dest`, value: saved }));
  switch (type) {
    case 'phone':
      return { type, number: destination, trunk: await read.typed(row.trunk, row.trunkType, `${field}.trunk`) };
    case 'user':
      return { type, name: destination };
    case 'sip':
      return { type, sipUri: destination, ...(row.user ? { auth: { username: row.user, password: row.pass } } : {}) };
    case 'teams': {
      const tenant = await read.typed(row.tenant, row.tenantType, `${field}.tenant`);
      return {
        type,
        number: destination,
        ...(isBlank(tenant) ? {} : { tenant }),
        ...(row.vmail ? { vmail: true } : {}),
      };
    }
    default:
      read.problems.push(new Problem('target-type', { field: `${field}.type`, value: type }));
      return { type };
  }
}
