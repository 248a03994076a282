/** Definitions as a user's module exports them: version 1, changed so that nobody can go on. */
import { parcelFirstBroken } from '#test/support/parcel.machine.ts';

export const parcel = parcelFirstBroken;
