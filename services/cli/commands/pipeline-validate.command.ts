/** `windlass pipeline validate FILE`: everything that can be known to be wrong, without any server. */
import type { Command } from 'commander';
import { validateRequest } from '#machines/orca/validate-pipeline.ts';
import { invocationOf } from '../invocation.ts';
import { parseParameters, readPipelineFile } from '../pipeline-file.ts';
import { refusal } from '../problems.ts';

export function addPipelineValidate(pipeline: Command): void {
  pipeline
    .command('validate')
    .summary('check a pipeline, without a server')
    .description(
      'Check a pipeline without a server. Exit code 2 when it would be refused.\nAccounts, images and clusters are known to the cloud alone and not checked here.',
    )
    .argument('<file>')
    .option(
      '-p, --param <name=value>',
      'a parameter; name:=json for other things than text',
      (word: string, words: string[]) => [...words, word],
      [] as string[],
    )
    .action(async (file: string, options: { param: string[] }, command: Command) => {
      const { output } = await invocationOf(command);
      const written = await readPipelineFile(file);
      const problems =
        'problems' in written
          ? written.problems
          : validateRequest({
              ...written.request,
              parameters: { ...written.request.parameters, ...parseParameters(options.param) },
            });
      if (output.format !== 'table') output.result({ valid: problems.length === 0, problems }, () => '');
      if (problems.length > 0)
        throw refusal(output, problems, { what: `The pipeline in ${file} is not valid.` });
      if (output.format === 'table') output.line(`${file} is valid`);
    });
}
