/**
 * Large payloads: stored under the digest of their content, checked when they are read.
 *
 * P1 A reference is stored in a record only after its content is.
 * P2 What is read is what was stored, or an error: the digest is compared each time.
 * P3 Equal content is one blob: storing it again, after a crash or in another attempt, changes nothing.
 */
import { createHash } from 'node:crypto';
import { Json } from '#contracts/json.ts';
import { LargePayload, PAYLOAD_BYTES_MAX } from '#contracts/large-payload.ts';
import type { Blobs } from './ports.ts';

/** A payload that cannot be stored or read. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
  readonly code: 'PAYLOAD_MISSING' | 'PAYLOAD_DAMAGED' | 'PAYLOAD_TOO_LARGE';
  constructor(code: PayloadError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Stores a value and returns the reference to it. @throws PayloadError `PAYLOAD_TOO_LARGE` over 64 MiB of JSON */
export async function storePayload(blobs: Blobs, value: Json): Promise<LargePayload> {
  const content = Buffer.from(JSON.stringify(Json.parse(value)));
  if (content.byteLength > PAYLOAD_BYTES_MAX) {
    throw new PayloadError(
      'PAYLOAD_TOO_LARGE',
      `The payload has ${content.byteLength} bytes, at most ${PAYLOAD_BYTES_MAX} can be stored. ` +
        'Split it, or keep it in a store of its own and pass its name.',
    );
  }
  const blob = digestOf(content);
  await blobs.put(blob, content);
  return { blob, sizeBytes: content.byteLength };
}

/** The value behind a reference. @throws PayloadError `PAYLOAD_MISSING`, `PAYLOAD_DAMAGED` */
export async function loadPayload(blobs: Blobs, { blob, sizeBytes }: LargePayload): Promise<Json> {
  const content = await blobs.get(blob);
  if (content === null) {
    throw new PayloadError(
      'PAYLOAD_MISSING',
      `The payload ${blob} (${sizeBytes} bytes) is not stored any more. Payloads are kept for 90 days after they ` +
        'were last stored: let the activity that made it run again.',
    );
  }
  if (content.byteLength !== sizeBytes || digestOf(content) !== blob) {
    throw new PayloadError(
      'PAYLOAD_DAMAGED',
      `What is stored as ${blob} is something else (${content.byteLength} bytes instead of ${sizeBytes}). ` +
        'Check the disks of the NATS servers; let the activity that made it run again.',
    );
  }
  return Json.parse(JSON.parse(Buffer.from(content).toString('utf8')));
}

/** Whether a value is a reference to a payload. */
export function isLargePayload(value: unknown): value is LargePayload {
  return (
    typeof value === 'object' && value !== null && 'blob' in value && LargePayload.safeParse(value).success
  );
}

/**
 * The value with every reference in it, however deep, replaced by what it refers to. References inside of a payload
 * stay as they are. @throws PayloadError
 */
export async function resolvePayloads(blobs: Blobs, value: Json): Promise<Json> {
  const loaded = new Map<string, Promise<Json>>();
  const resolve = async (part: Json): Promise<Json> => {
    if (isLargePayload(part)) {
      const known = loaded.get(part.blob) ?? loadPayload(blobs, part);
      loaded.set(part.blob, known);
      return known;
    }
    if (Array.isArray(part)) return Promise.all(part.map(resolve));
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).map(async ([key, inner]) => [key, await resolve(inner)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return holdsPayload(value) ? resolve(value) : value;
}

function holdsPayload(value: Json): boolean {
  if (isLargePayload(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsPayload);
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
