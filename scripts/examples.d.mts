type FlowNode = Record<string, unknown> & { id: string; type: string };
export function mergeExamples(folder: string): FlowNode[];
export function webhooks(flow: FlowNode[]): FlowNode[];
export function easiest(flow: FlowNode[], verbs: ReadonlySet<string>): FlowNode | undefined;
