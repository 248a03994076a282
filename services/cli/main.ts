#!/usr/bin/env node
/** The command line `windlass`. */
import { runCli } from './run-cli.ts';

await runCli(process.argv.slice(2));
