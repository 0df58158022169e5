import type { NodeAPI } from 'node-red';
import { isBlank } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'conference',
    verbNode(RED, async (read) => {
      const statusHook = await read.value('statusHook');
      return {
        verb: 'conference',
        name: await read.value('conference'),
        beep: read.raw('beep'),
        startConferenceOnEnter: read.raw('startConferenceOnEnter'),
        endConferenceOnExit: read.raw('endConferenceOnExit'),
        joinMuted: read.raw('joinMuted'),
        maxParticipants: await read.value('maxParticipants'),
        enterHook: await read.value('enterHook'),
        waitHook: await read.value('waitHook'),
        actionHook: await read.value('actionHook'),
        statusHook,
        statusEvents: isBlank(statusHook) ? undefined : ['start', 'end', 'join', 'leave'],
        distributeDtmf: read.raw('distributeDtmf') === true ? true : undefined,
      };
    }),
  );
};
