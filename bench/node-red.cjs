'use strict';
// Node-RED in a process of its own, with nothing written to the log:
// `node node-red.cjs <user directory> <more settings, as JSON>`. Switches the trace of calls on and off, and tells the CPU time that it has used, when asked.
const http = require('node:http');
const { createRequire } = require('node:module');
const RED = require('node-red');

// The Express that Node-RED itself runs on.
const express = createRequire(require.resolve('node-red'))('express');

const [userDir, settings] = process.argv.slice(2);
const app = express();
const server = http.createServer(app);
RED.init(server, {
  userDir,
  flowFile: 'flows.json',
  httpAdminRoot: '/editor',
  httpNodeRoot: '/',
  credentialSecret: false,
  telemetry: { enabled: false },
  logging: { console: { level: 'off' } },
  ...JSON.parse(settings),
});
app.use('/editor', RED.httpAdmin);
app.use('/', RED.httpNode);
RED.events.once('flows:started', () => {
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
RED.start();
process.on('message', ({ trace }) => {
  // The palette's own module, wherever it is installed: the same process with the trace and without.
  const [, { exports }] = Object.entries(require.cache).find(([path]) =>
    /node-red-jambonz.dist.src.trace.trace\.js$/.test(path),
  );
  if (trace !== undefined) exports.traceOf({ events: RED.events }).isOn = trace;
  process.send({ cpu: process.cpuUsage() });
});
process.once('disconnect', () => process.exit());
