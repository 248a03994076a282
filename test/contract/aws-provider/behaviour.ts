/** A behaviour of AWS, as something that can be observed through the SDK. */
import type { Json } from '#contracts/json.ts';
import type { Place, ProviderSubject } from './provider-subject.ts';

export interface Observation {
  readonly subject: ProviderSubject;
  /** The home account in the home region. */
  readonly home: Place;
  /** A name nothing else has. */
  readonly name: string;
}

export interface Behaviour {
  /** Stable; the table of differences and its document refer to it. */
  readonly id: string;
  readonly title: string;
  /** What AWS answers, by its documentation. */
  readonly expected: Json;
  readonly observe: (observation: Observation) => Promise<Json>;
}

/** The name of the error a call is refused with, or `accepted`. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error) return error.name;
    throw error;
  }
}
