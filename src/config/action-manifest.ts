import { wrapWords } from '../text/wrap.ts';
import { ACTION_INPUTS, ACTION_OUTPUTS, type ActionInput } from './action-inputs.ts';

const WIDTH = 110;

function quotedYaml(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function folded(text: string, indent: string): string {
  return `>-\n${wrapWords(text, WIDTH - indent.length)
    .map((line) => `${indent}${line}`)
    .join('\n')}`;
}

/** A flag in a description is an input here. */
function inputWords(text: string): string {
  return text.replace(/--([a-z][a-z-]*)/g, '$1');
}

function rangeOf({ choices, type }: ActionInput): string {
  if (choices) return ` (${choices.join(', ')})`;
  return type === 'boolean' ? ' (true or false)' : '';
}

/** The text of action.yml. */
export function actionManifest(): string {
  return [
    '# Made from src/config/action-inputs.ts: npm run action-yml',
    'name: bpfcompat',
    'author: bpfcompat',
    'description: Checks on real distro kernels whether compiled eBPF objects (.bpf.o) load and attach, and gates the pull request',
    'branding:',
    '  icon: check-circle',
    '  color: green',
    '',
    'inputs:',
    ...ACTION_INPUTS.map((input) =>
      [
        `  ${input.name}:`,
        `    description: ${folded(`${inputWords(input.description)}${rangeOf(input)}`, '      ')}`,
        '    required: false',
        `    default: ${quotedYaml(input.default)}`,
      ].join('\n'),
    ),
    '',
    'outputs:',
    ...ACTION_OUTPUTS.map(({ name, description }) =>
      [`  ${name}:`, `    description: ${folded(description, '      ')}`].join('\n'),
    ),
    '',
    'runs:',
    '  using: node20',
    '  main: dist/action.cjs',
    '  post: dist/action.cjs',
    '',
  ].join('\n');
}

/** Types of inputs as typed workflows know them; durations and lists separated by commas are texts there. */
function inputType({ type, choices = [] }: ActionInput): string[] {
  switch (type) {
    case 'choice':
      return ['    type: enum', '    allowed-values:', ...choices.map((word) => `      - ${quotedYaml(word)}`)];
    case 'lines':
      return ['    type: list', '    separator: "\\n"', '    list-item:', '      type: string'];
    case 'text':
      return ['    type: string'];
    case 'boolean':
    case 'integer':
      return [`    type: ${type}`];
  }
}

/** The text of action-types.yml, which generators of typed bindings read (typesafegithub/github-actions-typing). */
export function actionTypes(): string {
  return [
    '# Made from src/config/action-inputs.ts: npm run action-yml',
    'inputs:',
    ...ACTION_INPUTS.flatMap((input) => [`  ${input.name}:`, ...inputType(input)]),
    '',
    'outputs:',
    ...ACTION_OUTPUTS.flatMap(({ name }) => [`  ${name}:`, '    type: string']),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The tables of inputs and outputs for the documentation. */
export function actionTables(): string {
  return [
    '| input | default | what it does |',
    '| --- | --- | --- |',
    ...ACTION_INPUTS.map(
      (input) =>
        `| \`${input.name}\` | ${input.default === '' ? '' : `\`${input.default}\``} | ${cell(inputWords(input.description))}${rangeOf(input)} |`,
    ),
    '',
    '| output | what it holds |',
    '| --- | --- |',
    ...ACTION_OUTPUTS.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`),
    '',
  ].join('\n');
}
