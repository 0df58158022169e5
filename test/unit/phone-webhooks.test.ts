import assert from 'node:assert/strict';
import { statusWebhook, type Webhook } from '../../src/phone/webhooks';

const webhook = (node: string, flow: string, status = false): Webhook => ({
  node,
  flow,
  name: '',
  method: 'POST',
  url: `/${node}`,
  signed: false,
  status,
});

describe('the status events of a simulated call', () => {
  const menu = webhook('menu', 'Menu');
  const survey = webhook('survey', 'Survey');
  const surveyStatus = webhook('survey-status', 'Survey', true);
  const shared = webhook('all-status', 'Status', true);
  const rows: [string, Webhook[], Webhook, string | undefined][] = [
    ['go to the same tab', [shared, survey, surveyStatus], survey, 'survey-status'],
    ['go to a tab that has nothing but them', [menu, survey, surveyStatus, shared], menu, 'all-status'],
    ['do not go to another application', [menu, survey, surveyStatus], menu, undefined],
  ];
  for (const [what, webhooks, called, expected] of rows) {
    it(what, () => assert.equal(statusWebhook(webhooks, called)?.node, expected));
  }
});
