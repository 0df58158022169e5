import { forgetListsAfterDeploy, prepareAccount } from './account';
import { showFindings, startChecks } from './checks';
import { warnOfClash } from './clash';
import { prepareConnect } from './connect';
import { formOf, open } from './form';
import { openUsedGroups } from './groups';
import { prepareHeaders, saveHeaders } from './headers';
import { checkHooks } from './hooks';
import { mendSuggestedNodes } from './imported';
import { prepareKinds, saveKinds } from './kinds';
import { prepareMcp, saveMcp } from './mcp';
import { prepareMore, saveMore, validMore } from './more';
import { prepareOlder } from './older';
import { portLabel, preparePorts, savePorts, showPorts } from './ports';
import { addPanel, removePanel } from './panel/tab';
import { offerRetries } from './retry';
import { prepareSecrets } from './secrets';
import { offerSavedOptions } from './selects';
import { prepareSpeech } from './speech';
import { prepareTargets, saveTargets } from './targets';
import { prepareTest } from './test-account';
import { leaveUntouchedFields, rememberFields } from './untouched';
import { current, showProblems, valid } from './valid';
import { checkVersions } from './versions';
import { showWhatApplies } from './visibility';

/**
 * What the palette's dialogs share. Attributes in a form say what its fields are; see the modules
 * for `data-kinds`, `data-hook`, `data-show-if`, `data-headers`, `data-secret`, `data-legacy`,
 * `data-absent`, `data-speech`, `data-targets`, `data-mcp`, `data-ports`, `data-more`, `data-verb`, `data-account`,
 * `data-test-account` and `data-connect`.
 */
const jambonz = {
  /** Brings a form to life: `oneditprepare: function () { jambonz.prepare(this); }`. */
  prepare(node: EditorNode): void {
    const form = open(node);
    form.element.addClass('jambonz-form');
    offerSavedOptions(form);
    prepareOlder(form);
    prepareKinds(form);
    prepareSecrets(form);
    prepareHeaders(form);
    prepareTargets(form);
    prepareMcp(form);
    preparePorts(form);
    prepareSpeech(form);
    prepareMore(form);
    prepareAccount(form);
    prepareTest(form);
    prepareConnect(form);
    const refresh = (): void => {
      showWhatApplies(form);
      showPorts(form);
      checkHooks(form);
      offerRetries(form);
      showProblems(form);
    };
    refresh();
    showFindings(form);
    openUsedGroups(form);
    rememberFields(form);
    form.element.on('change keyup', refresh);
  },

  /** Saves what Node-RED cannot, and leaves alone what nobody changed: `oneditsave: function () { jambonz.save(this); }`. */
  save(node: EditorNode): void {
    const form = formOf(node);
    if (!form) return;
    saveHeaders(form);
    saveTargets(form);
    saveMcp(form);
    savePorts(form);
    saveMore(form);
    leaveUntouchedFields(form);
    saveKinds(form);
  },

  valid,
  validMore,
  current,
  portLabel,
  /** The sidebar tab with the phone comes and goes with the config node's page. */
  addPanel,
  removePanel,
};

declare global {
  interface Window {
    jambonz: typeof jambonz;
  }
}

window.jambonz = jambonz;
warnOfClash();
forgetListsAfterDeploy();
checkVersions();
startChecks();
mendSuggestedNodes();
