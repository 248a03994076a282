/** Definitions as a user's module exports them: version 2, with a migration from 1. */
import { parcelSecond } from '#test/support/parcel.machine.ts';

export const catalog = { definitions: [parcelSecond] };
