/** The provider contract: every behaviour, observed on one subject. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { CAPACITY_BEHAVIOURS } from './capacity-behaviours.ts';
import { DIFFERENCES } from './differences.ts';
import { EC2_BEHAVIOURS } from './ec2-behaviours.ts';
import { GROUP_BEHAVIOURS } from './group-behaviours.ts';
import { placeOf, type Place, type ProviderSubject, type SubjectName } from './provider-subject.ts';
import { TAG_AND_ISOLATION_BEHAVIOURS } from './tag-and-isolation-behaviours.ts';
import { TARGET_BEHAVIOURS } from './target-behaviours.ts';

export const BEHAVIOURS: readonly Behaviour[] = [
  ...GROUP_BEHAVIOURS,
  ...CAPACITY_BEHAVIOURS,
  ...TARGET_BEHAVIOURS,
  ...EC2_BEHAVIOURS,
  ...TAG_AND_ISOLATION_BEHAVIOURS,
];

/** A behaviour not in the table of differences must be AWS's; one in the table must be exactly the one told there. */
export function providerContract(name: SubjectName, start: () => Promise<ProviderSubject>): void {
  describe(`the provider contract on ${name}`, () => {
    let subject: ProviderSubject;
    let home: Place;
    beforeAll(async () => {
      subject = await start();
      home = await placeOf(subject);
    });
    afterAll(() => subject?.close());

    for (const behaviour of BEHAVIOURS) {
      const difference = DIFFERENCES.find(
        (entry) => entry.behaviour === behaviour.id && entry.subject === name,
      );
      const title = difference === undefined ? behaviour.title : `[differs from AWS] ${behaviour.title}`;
      it(`${behaviour.id}: ${title}`, async () => {
        const unique = `c-${randomBytes(6).toString('hex')}`;
        const observed = await behaviour.observe({ subject, home, name: unique });
        if (difference === undefined) {
          expect(observed).toEqual(behaviour.expected);
          return;
        }
        // The subject is somebody else's program: a newer one may have caught up with AWS, and that is no failure.
        expect([difference.observed, behaviour.expected]).toContainEqual(observed);
      });
    }
  });
}
