import type { NodeAPI } from 'node-red';
import { isBlank } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'jambonz room',
    verbNode(RED, async (read) => {
      const statusHook = await read.value('statusHook');
      return {
        verb: 'room',
        name: await read.value('room'),
        beep: read.raw('beep'),
        memberTag: await read.value('memberTag'),
        startConferenceOnEnter: read.raw('startConferenceOnEnter'),
        endConferenceOnExit: read.raw('endConferenceOnExit'),
        endConferenceDuration: await read.value('endConferenceDuration'),
        maxParticipants: await read.value('maxParticipants'),
        joinMuted: read.raw('joinMuted'),
        actionHook: await read.value('actionHook'),
        waitHook: await read.value('waitHook'),
        enterHook: await read.value('enterHook'),
        statusHook,
        statusEvents: isBlank(statusHook) ? undefined : await read.list('statusEvents'),
        distributeDtmf: read.raw('distributeDtmf') === true ? true : undefined,
      };
    }),
  );
};
