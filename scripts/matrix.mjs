// npm run matrix: the smoke tests, and those that hang on the release, on every supported Node-RED and Node.
import { finish, mocha, step } from './checks.mjs';
import { ensureProgram } from './programs.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { at, quietly } from './run.mjs';

export async function matrix() {
  await ensureDependencies();
  const { MATRIX, nodeBinary, nodeRedScript } = await import('./runtimes.mjs');
  const chromium = await step('Chromium', () => ensureProgram('chromium'));
  if (!chromium || !(await step('Build', () => quietly(process.execPath, [at('build.mjs')]) || true))) return;
  for (const { nodeRed, node } of MATRIX) {
    const title = `Node-RED ${nodeRed} on Node ${node}`;
    const ready = await step(title, () => nodeRedScript(nodeRed) && nodeBinary(node));
    if (!ready) continue;
    await mocha(title, ['test/smoke/**/*.test.ts', 'test/editor/ports.test.ts', 'test/nodes/guard.test.ts'], {
      CHROMIUM: chromium,
      NODE_RED: nodeRed,
      NODE: String(node),
    });
  }
}

if (process.argv[1] === import.meta.filename) await matrix().finally(finish);
