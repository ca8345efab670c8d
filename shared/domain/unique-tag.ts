/** The name of a promotion: a tag that never moves. */
import { shortDigest, tag, type Digest, type Tag } from './reference.ts';

/** Fills `{stable}`, `{run}` and `{digest12}`; where there was no run (a gate without checks), the digest stands in for it. */
export function uniqueTag(template: string, facts: { stable: Tag; subject: Digest; run?: string }): Tag {
  const text = template
    .replaceAll('{stable}', facts.stable)
    .replaceAll('{run}', facts.run ?? shortDigest(facts.subject))
    .replaceAll('{digest12}', shortDigest(facts.subject));
  return tag.parse(text);
}

/** Another name, when the first is taken by another digest. */
export const nextUniqueTag = (unique: Tag): Tag => {
  const numbered = /^(?<stem>.+)\.(?<number>[0-9]+)$/.exec(unique)?.groups;
  return tag.parse(numbered ? `${numbered['stem']}.${Number(numbered['number']) + 1}` : `${unique}.2`);
};
