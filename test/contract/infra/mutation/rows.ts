/**
 * Who has which role where, and what fails without it: a row for each role assignment of the walkthrough's snapshots. Most are needed on the way of a
 * candidate or in a sweep; the others have lists of their own.
 *
 * The data plane of a registry answers 401 where others answer 403: it asks for a token that allows more, and gives out none.
 */
export interface Row {
  /** In the words of `test/unit/infra/snapshot.ts`. */
  assignment: string;
  /** The activity or trigger of the app that fails, or the service of the emulated Azure to which it happens. */
  step: string;
  /** Of what the app says of what failed, or the service. */
  answer: RegExp;
  /** Where the API of the app says so, and in which words: those of `answer` when none are given. */
  says: { at: string; words?: RegExp };
  /** Where the new image does not get: the stable tag, and the apps that run it, or what is built on it. */
  without: Place[];
  /** An access token of a registry lives on when the role is gone: it has to end first. */
  afterToken?: true;
  /** It is needed in a sweep, and not on the way of a candidate. */
  inSweep?: true;
}

export type Place = 'stable' | 'node' | 'hello-world';

const GATE = { at: '/api/gates/node' };
const IMAGE = { at: '/api/images/hello-world' };
const APPS = { at: '/api/apps' };
const ROLLOUT = { at: '/api/rollouts/hello-world' };
const HEALTH = { at: '/api/health' };

const everything: Place[] = ['stable', 'node', 'hello-world'];
const apps: Place[] = ['node', 'hello-world'];
const page: Place[] = ['hello-world'];

export const rows: Row[] = [
  {
    assignment: 'app: gated-import secret reader on vaults gated',
    ...{ step: 'lookAtGate', answer: /403 Forbidden, ForbiddenByRbac/, says: GATE, without: everything },
  },
  {
    assignment: 'app: gated-import importer on registries quarantine',
    ...{ step: 'intakeCandidate', answer: /403 AuthorizationFailed: .*importImage/, says: GATE, without: everything },
  },
  {
    assignment: 'app: gated-import locker on registries quarantine',
    ...{ step: 'intakeCandidate', answer: /protect the manifest .*401/, says: GATE, without: everything },
    afterToken: true,
  },
  {
    assignment: 'app: AcrPush on registries quarantine',
    ...{ step: 'intakeCandidate', answer: /read the manifest .*401/, says: GATE, without: everything },
    afterToken: true,
  },
  {
    assignment: 'app: gated-import run operator on registries quarantine',
    ...{ step: 'startCheck', answer: /403 AuthorizationFailed: .*Url\/action/, says: GATE, without: everything },
  },
  {
    assignment: 'app: gated-import importer on registries base',
    ...{ step: 'importUnique', answer: /403 AuthorizationFailed: .*importImage/, says: GATE, without: everything },
  },
  {
    assignment: 'app: Container Registry Repository Writer on registries base',
    ...{ step: 'lookAtGate', answer: /read the tag .*401/, says: GATE, without: everything },
    afterToken: true,
  },
  {
    assignment: 'app: gated-import record signer on keys promotions',
    ...{ step: 'attachRecord', answer: /read the key .*\(403 Forbidden/, says: GATE, without: everything },
  },
  {
    assignment: 'app: Storage Table Data Contributor on storageAccounts gated',
    ...{ step: 'onImagePushed', answer: /403 AuthorizationPermissionMismatch/, says: HEALTH, without: everything },
  },
  {
    assignment: 'app: gated-import run operator on registries team',
    ...{ step: 'startBuild', answer: /403 AuthorizationFailed: .*tasks\/read/, says: IMAGE, without: page },
  },
  {
    assignment: 'app: Container Registry Repository Reader on registries team',
    ...{ step: 'lookAtImage', answer: /list the tags .*401/, says: IMAGE, without: page },
    afterToken: true,
  },
  {
    assignment: 'tasks hello-world: Container Registry Repository Reader on registries base',
    ...{ step: 'tasks', answer: /failed to run step ID: build: failed to pull .*401/, says: IMAGE, without: page },
  },
  {
    assignment: 'tasks hello-world: Container Registry Repository Writer on registries team',
    ...{ step: 'tasks', answer: /failed to run step ID: push: failed to push .*401/, says: IMAGE, without: page },
  },
  {
    assignment: 'app: gated-import group runner on resourceGroups hello-world-aci-rg',
    ...{
      step: 'lookAtRollout',
      answer: /403 AuthorizationFailed: .*containerGroups\/read/,
      says: ROLLOUT,
      without: apps,
    },
  },
  {
    assignment: 'app: Managed Identity Operator on userAssignedIdentities gated-import-pull',
    ...{ step: 'roles', answer: /REFUSED gated-import .*assign\/action/, without: apps },
    says: { ...APPS, words: /LinkedAuthorizationFailed/ },
  },
  {
    assignment: 'pull: Container Registry Repository Reader on registries team',
    ...{ step: 'roles', answer: /REFUSED gated-import-pull any token of .*\/team/, without: page },
    says: { ...APPS, words: /InaccessibleImage: .*\/hello-world@/ },
  },
  {
    assignment: 'pull: Container Registry Repository Reader on registries base',
    ...{ step: 'roles', answer: /REFUSED gated-import-pull any token of .*\/base/, without: ['node'] },
    says: { ...APPS, words: /InaccessibleImage: .*\/node@/ },
  },
  {
    assignment: 'app: EventGrid Data Sender on topics gated-import',
    ...{ step: 'roles', answer: /REFUSED gated-import .*events\/send\/action/, without: [] },
    says: { ...HEALTH, words: /nnouncement/ },
  },
  {
    assignment: 'app: AcrDelete on registries quarantine',
    ...{ step: 'cleanQuarantine', answer: /refused to delete the manifest .*401/, says: HEALTH, without: [] },
    ...{ afterToken: true, inSweep: true },
  },
];

/** What the app does beside that, each by a call of its own. */
export const ADAPTERS = {
  reports: 'app: Storage Blob Data Owner on storageAccounts gated',
  telemetry: 'app: Monitoring Metrics Publisher on components gated-import',
};

/** What the host needs for the task hub of the app. */
export const TASK_HUB = 'app: Storage Queue Data Contributor on storageAccounts gated';

/** Who reads the policy in every round, and who uploads it. */
export const POLICY = {
  reader: 'app: Storage Blob Data Reader on containers policy',
  author: 'author: Storage Blob Data Contributor on containers policy',
};

/** The identities of the system topics, by the registry whose pushes they tell of. */
export const DEAD_LETTERS = (['quarantine', 'base', 'team', 'public'] as const).map((registry) => ({
  registry,
  assignment: `systemTopics ${registry}-pushes: Storage Blob Data Contributor on containers dead-letters`,
}));
