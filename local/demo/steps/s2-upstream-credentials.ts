/** The upstream asks for a login; the app has it from Key Vault, and without it nothing would have come into quarantine. */
import { claim, missing, until } from '../until.ts';
import type { Step } from '../story.ts';
import { NODE, QUARANTINED, STABLE_TAG } from '../walkthrough.ts';

const INTAKE_WITHIN_SECONDS = 60;

export const upstreamCredentials: Step = {
  id: 'S2',
  title: 'upstream credentials come from Key Vault and are used for the intake',
  async run({ ask, say }) {
    const { public: upstream, quarantine } = ask.registries;
    const anonymous = await upstream.statusFor(NODE, STABLE_TAG);
    claim('the public registry refuses whoever has no login', anonymous === 401, anonymous);

    const [username, password] = await Promise.all([
      ask.secret('public-registry-user'),
      ask.secret('public-registry-password'),
    ]);
    if (username === undefined || password === undefined)
      throw new Error('Key Vault has no login for the public registry');
    const withLogin = await upstream.statusFor(NODE, STABLE_TAG, { username, password });
    claim('the login in Key Vault may read the node image', withLogin === 200, withLogin);
    say(`the login "${username}" from Key Vault opens the public registry`);

    const digest = await upstream.digestOf(NODE, STABLE_TAG);
    if (digest === undefined) throw new Error(`the public registry has no ${NODE}:${STABLE_TAG}`);
    await until(
      `${digest} is in quarantine`,
      async () => ((await quarantine.digestOf(QUARANTINED, digest)) === digest ? true : missing('no such manifest')),
      { withinSeconds: INTAKE_WITHIN_SECONDS },
    );
    return {
      anonymousStatus: anonymous,
      username,
      statusWithLogin: withLogin,
      quarantined: `${QUARANTINED}@${digest}`,
    };
  },
};
