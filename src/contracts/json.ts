/** JSON values: the only data that actors, envelopes and views may hold. */
import { z } from 'zod';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** Any JSON value. `undefined`, functions, NaN, dates and class instances are refused. */
export const Json: z.ZodType<Json> = z.json() as z.ZodType<Json>;

/** A JSON object: the shape of stage contexts, outputs and activity inputs. */
export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), Json);
