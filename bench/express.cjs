'use strict';
// The same answer from an application written with Express and jambonz's own SDK: `node express.cjs <action hook>`.
const { WebhookResponse } = require('@jambonz/node-client');
const express = require('express');

const app = express();
app.use(express.json());
app.post('/answer', (_req, res) => {
  const response = new WebhookResponse();
  response.say({ text: 'Thank you for calling.' }).gather({
    input: ['digits'],
    actionHook: process.argv[2],
    numDigits: 1,
    say: { text: 'Press one for sales or two for support.' },
  });
  res.status(200).json(response);
});
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.once('disconnect', () => process.exit());
