// Every operation of the SDK: what the daemon serves, and a call of each that it does not serve yet.
import { toFile } from '@browserbasehq/sdk';

export const nobody = '00000000-0000-4000-8000-000000000000';

const file = () => toFile(Buffer.from('PK'), 'x.zip');

export const served = [
  'sessions.create', 'sessions.retrieve', 'sessions.update', 'sessions.list', 'sessions.debug', 'sessions.logs.list',
  'sessions.replays.retrieve', 'sessions.replays.retrievePage', 'sessions.recording.downloads.create',
  'sessions.recording.downloads.list', 'sessions.recording.retrieve', 'projects.list', 'projects.retrieve', 'projects.usage',
  'contexts.create', 'contexts.retrieve', 'contexts.update', 'contexts.delete',
  'certificates.create', 'certificates.list', 'certificates.retrieve', 'certificates.delete',
  'sessions.downloads.list', 'sessions.uploads.create',
  'extensions.create', 'extensions.retrieve', 'extensions.delete',
  'fetchAPI.create',
];

export const notServed = {
  'search.web': (sdk) => sdk.search.web({ query: 'x' }),
  'agents.create': (sdk) => sdk.agents.create({ name: 'x' }),
  'agents.list': (sdk) => sdk.agents.list(),
  'agents.retrieve': (sdk) => sdk.agents.retrieve(nobody),
  'agents.update': (sdk) => sdk.agents.update(nobody, { name: 'y' }),
  'agents.delete': (sdk) => sdk.agents.delete(nobody),
  'agents.runs.create': (sdk) => sdk.agents.runs.create({ task: 'x' }),
  'agents.runs.list': (sdk) => sdk.agents.runs.list(),
  'agents.runs.retrieve': (sdk) => sdk.agents.runs.retrieve(nobody),
  'agents.runs.listMessages': (sdk) => sdk.agents.runs.listMessages(nobody),
  'secrets.getPublicKey': (sdk) => sdk.secrets.getPublicKey(),
  'secrets.create': (sdk) => sdk.secrets.create({ secretKey: 'a', secretValue: 'b' }),
  'secrets.list': (sdk) => sdk.secrets.list(),
  'secrets.retrieve': (sdk) => sdk.secrets.retrieve(nobody),
  'secrets.update': (sdk) => sdk.secrets.update(nobody, { secretValue: 'c' }),
  'secrets.delete': (sdk) => sdk.secrets.delete(nobody),
  'functions.secrets.list': (sdk) => sdk.functions.secrets.list(nobody),
  'functions.secrets.attach': (sdk) => sdk.functions.secrets.attach(nobody, { secretId: nobody }),
  'functions.secrets.detach': (sdk) => sdk.functions.secrets.detach(nobody, nobody),
  'webhooks.create': (sdk) => sdk.webhooks.create({ endpoint: 'https://x.example', eventTypes: [] }),
  'webhooks.list': (sdk) => sdk.webhooks.list(),
  'webhooks.retrieve': (sdk) => sdk.webhooks.retrieve(nobody),
  'webhooks.update': (sdk) => sdk.webhooks.update(nobody, {}),
  'webhooks.delete': (sdk) => sdk.webhooks.delete(nobody),
  'webhooks.rotateSecret': (sdk) => sdk.webhooks.rotateSecret(nobody),
};

/** The names of all operations that the SDK's own objects have. */
export function operationsOf(sdk) {
  const found = [];
  const visit = (resource, name) => {
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(resource))) {
      if (method !== 'constructor') found.push(`${name}.${method}`);
    }
    for (const [key, value] of Object.entries(resource)) {
      if (key !== '_client' && value?._client) visit(value, `${name}.${key}`);
    }
  };
  for (const [key, value] of Object.entries(sdk)) if (value?._client) visit(value, key);
  return found.toSorted();
}
