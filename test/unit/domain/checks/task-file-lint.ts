/**
 * The rules that every task file of ours keeps, whatever check it is of: the candidate is a word that the trusted script hands to `docker run`,
 * and nothing else. It is read as the emulated ACR Tasks reads it: template rendered, YAML parsed.
 */
import { readTaskFile } from '../../../../local/cloud/tasks/task-file.ts';
import { shellWords } from '../../../../local/cloud/tasks/shell-words.ts';
import { WORDS_FILE, type CheckPlan } from '../../../../shared/domain/checks/trusted-step.ts';
import { templateContext } from '../../cloud/tasks/template-context.ts';

/** What is wrong with a plan, in words. */
export async function lintTaskFile(
  plan: CheckPlan,
  { candidate, runnerImage, nonce }: { candidate: string; runnerImage: string; nonce: string },
): Promise<string[]> {
  const problems: string[] = [];
  const source = plan.files.find(({ path }) => path === plan.taskFile)?.text ?? '';
  const values = Object.fromEntries(plan.values.map(({ name, value }) => [name, value]));
  const task = await readTaskFile(source, {
    context: templateContext({ values }),
    folder: '',
    runnerImage,
    readFile: async (path) => {
      throw new Error(`a task file of ours reads no other file, and this one reads ${path}`);
    },
    hasImage: async () => false,
    secretValue: () => '',
  });

  for (const { id, work } of task.steps) {
    if (work.kind !== 'cmd') {
      problems.push(`step ${id} is a "${work.kind}" step: whoever builds or pushes runs what the candidate says`);
      continue;
    }
    const [image = '', ...words] = shellWords(work.command);
    if (image !== runnerImage) problems.push(`step ${id} is of the image ${image}, and not of the runner`);
    if (work.command.includes(candidate)) problems.push(`step ${id} names the candidate in its command`);
    if (work.command.includes(nonce)) problems.push(`step ${id} shows the nonce on its command line`);
    if (words.some((word) => /[$`|;&<>(){}]/.test(word))) problems.push(`step ${id} has words that a shell acts on`);
    if (work.mounts.length > 0) problems.push(`step ${id} mounts a volume`);
  }
  if (task.volumes.length > 0) problems.push('it has volumes');
  for (const { path, text } of plan.files) {
    // The policy's own text: what is below gate/ is for the sandbox, and the words are quoted.
    if (path.startsWith('gate/') || path === WORDS_FILE || path === SCANNER_ARGUMENTS) continue;
    if (text.includes('$SharedVolume')) problems.push(`${path} names $SharedVolume, which other steps share`);
    if (text.includes(candidate)) problems.push(`${path} has the candidate written into it`);
    if (text.includes(nonce)) problems.push(`${path} has the nonce written into it`);
    problems.push(...(/^scan\(\) \{/m.test(text) ? lintScan(path, text) : lintScript(path, text)));
  }
  return problems;
}

/** Read line by line and handed on quoted. */
const SCANNER_ARGUMENTS = 'arguments';

const MUST_HAVE = [
  '--network none',
  '--cap-drop ALL',
  '--security-opt no-new-privileges',
  '--pids-limit 256',
  '--memory 1g',
  '--cpus 1',
  '--log-driver none',
];
const NEVER =
  /--privileged|--cap-add|--device|--pid[ =]|--ipc|--uts|--userns|--env|\s-e\s|docker\.sock|--mount|--security-opt (?!no-new-privileges)/;

/** What a scan may do with an image: its second word, whose first is what it is. */
const OF_THE_IMAGE = [
  /^printf 'gate-scan %s image %s %s\\n' "\$NONCE" "\$what" "\$2"$/,
  /^docker pull --quiet --platform "\$PLATFORM" "\$2" >\/dev\/null$/,
  /^whole docker save "\$\(docker image inspect --format '\{\{\.Id\}\}' "\$2"\)" \| in_volume "\$image" 'cat >\/volume\/image\.tar' \|\| : >"\$folder\/cut-short"$/,
  /^assert_whole "\$2 could not be saved"$/,
];
const OF_THE_SCANNER = [...MUST_HAVE, '--read-only', '--user 65534:65534', ':/image:ro'].filter(
  (flag) => !['--memory 1g', '--log-driver none'].includes(flag),
);

/** A scan never runs the candidate, nor what runs now: both are saved as files, and what is run are tools, without a network. */
function lintScan(path: string, text: string): string[] {
  const lines = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('#'));
  const scan = lines.slice(lines.indexOf('scan() {'), lines.indexOf('}', lines.indexOf('scan() {')));
  const strays = [
    ...lines.filter((line) => /\$\{?(CANDIDATE|CURRENT)/.test(line) && !HANDS_IT_TO_SCAN.test(line)),
    ...scan.filter((line) => /\$\{?2\b/.test(line) && !OF_THE_IMAGE.some((allowed) => allowed.test(line))),
  ];
  const runs = lines.filter((line) => /docker (container )?(run|create|start|exec)\b/.test(line));
  return [
    ...strays.map((line) => `${path} does more with an image than to save it: ${line}`),
    ...runs
      .filter((line) => !/"\$(RUNNER|SCANNER|DATABASE)"/.test(line))
      .map((line) => `${path} runs what is no tool: ${line}`),
    ...runs.filter((line) => !line.includes('--network none')).map((line) => `${path} runs with a network: ${line}`),
    ...runs
      .filter((line) => line.includes('"$SCANNER"'))
      .flatMap((line) => OF_THE_SCANNER.filter((flag) => !line.includes(flag)))
      .map((flag) => `${path} runs the scanner, which reads what is hostile, without ${flag}`),
  ];
}
const HANDS_IT_TO_SCAN =
  /^(scan candidate "\$CANDIDATE" "\$@"|if \[ "\$CURRENT" != none \]; then scan current "\$CURRENT" "\$@"; fi)$/;

/** Every line of the trusted script that has the candidate pulls it, or runs it with everything taken from it. */
function lintScript(path: string, text: string): string[] {
  const prelude = /docker run --name "\$what-\$run" --log-driver none "\$@"/.test(text) ? ' --log-driver none ' : '';
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#') && line.includes('$CANDIDATE'))
    .filter((line) => !/^docker pull --quiet "\$CANDIDATE" >\/dev\/null$/.test(line))
    .flatMap((line) => {
      if (!/^\s*contain candidate /.test(line)) return [`${path} uses the candidate outside of a sandbox: ${line}`];
      const options = line.slice(0, line.indexOf('"$CANDIDATE"')) + prelude;
      const missing = MUST_HAVE.filter((flag) => !` ${options} `.includes(` ${flag} `));
      return [
        ...missing.map((flag) => `${path} runs the candidate without ${flag}`),
        ...(NEVER.test(options) ? [`${path} gives the candidate more than it may have: ${options}`] : []),
        ...(options.includes(' --user ') ? [] : [`${path} does not say who runs the candidate`]),
      ];
    });
}
