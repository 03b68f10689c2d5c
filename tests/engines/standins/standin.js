'use strict';
// A stand-in for a pinned action. It refuses what the real action would ignore or miss (an undeclared input, an absent
// required one), does an equivalent with what this machine has, and writes down the call. It is JavaScript because only
// a JavaScript action sees inputs that its own metadata does not declare.
const fs = require('fs');
const path = require('path');
const crypto = require('crypto');
const { execFileSync } = require('child_process');

const meta = JSON.parse(fs.readFileSync(path.join(__dirname, 'meta.json'), 'utf8'));
const phase = path.basename(process.argv[1], '.js'); // main or post
const env = process.env;
const state = env.STANDIN_STATE; // one folder for a whole run: calls, artefacts, caches, tools
const workspace = env.GITHUB_WORKSPACE;

const given = Object.fromEntries(
  Object.entries(env)
    .filter(([name]) => name.startsWith('INPUT_'))
    .map(([name, value]) => [name.slice('INPUT_'.length).toLowerCase(), value]),
);
const input = (name, fallback = '') => given[name] || fallback;
const isTrue = (name) => input(name) === 'true';
const lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);
const append = (file, text) => file && fs.appendFileSync(file, text);
const output = (name, value) => append(env.GITHUB_OUTPUT, `${name}=${value}\n`);
const addPath = (folder) => append(env.GITHUB_PATH, `${folder}\n`);
const say = (program, ...args) =>
  execFileSync(program, args, { encoding: 'utf8', cwd: workspace, stdio: ['ignore', 'pipe', 'inherit'] }).trim();

function objections() {
  const declared = new Set(meta.inputs.map((name) => name.toLowerCase().replace(/ /g, '_')));
  const unknown = Object.keys(given).filter((name) => !declared.has(name)).map((name) => `unknown input ${name}`);
  const missing = meta.required.filter((name) => !input(name.toLowerCase())).map((name) => `missing input ${name}`);
  return [...unknown, ...missing];
}

// --- what an action does here -------------------------------------------------------------------------------------

function checkout() {
  const own = !input('repository') || input('repository') === env.GITHUB_REPOSITORY;
  if (!own) throw new Error(`cannot check out ${input('repository')} here`);
  const target = path.resolve(workspace, input('path', '.'));
  const depth = input('fetch-depth', '1');
  const reference = input('ref', env.GITHUB_SHA);
  say('git', 'init', '--quiet', target);
  const git = (...args) => say('git', '-C', target, ...args);
  git('remote', 'add', 'origin', `file://${env.STANDIN_SOURCE}`);
  git('fetch', '--quiet', ...(depth === '0' ? ['--tags'] : ['--no-tags', `--depth=${depth}`]), 'origin', reference);
  git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  output('commit', git('rev-parse', 'HEAD'));
  return `checked out ${reference}, depth ${depth}`;
}

// a set-up action finds the toolchain that the machine has; which version was asked for stands in the recorded inputs
const onPath = (program, ...args) => () => {
  const version = say(program, ...args).split('\n')[0];
  output(`${program.replace('python3', 'python')}-version`, version.replace(/^\D*/, ''));
  return `${program} of the machine: ${version}`;
};

function setupJava() {
  const version = say('bash', '-c', 'java -version 2>&1').split('\n')[0];
  const home = path.dirname(path.dirname(fs.realpathSync(say('bash', '-c', 'command -v java'))));
  append(env.GITHUB_ENV, `JAVA_HOME=${home}\n`);
  output('path', home);
  return `java of the machine: ${version}`;
}

function setupPnpm() {
  const wanted = input('version') || packageManager('pnpm') || 'latest';
  const prefix = path.join(state, 'tools', `pnpm-${wanted}`);
  if (!fs.existsSync(prefix)) say('npm', 'install', '--silent', '--global', '--prefix', prefix, `pnpm@${wanted}`);
  addPath(path.join(prefix, 'bin'));
  output('dest', path.join(prefix, 'bin'));
  return `pnpm ${wanted} from npm`;
}

function packageManager(name) {
  const file = path.join(workspace, input('package_json_file', 'package.json'));
  if (!fs.existsSync(file)) return '';
  const [program, version] = (JSON.parse(fs.readFileSync(file, 'utf8')).packageManager || '').split('@');
  return program === name ? (version || '').split('+')[0] : '';
}

const home = (name) => name.replace(/^~(?=\/|$)/, env.HOME);
const cacheFile = (key) => path.join(state, 'caches', `${encodeURIComponent(key)}.tar`);

function restoreCache() {
  const key = input('key');
  const exact = fs.existsSync(cacheFile(key));
  const found = exact ? cacheFile(key) : newestCache(lines(input('restore-keys')));
  output('cache-hit', found ? String(exact) : '');
  output('cache-matched-key', found ? decodeURIComponent(path.basename(found, '.tar')) : '');
  append(env.GITHUB_STATE, `exact=${exact}\n`);
  if (!found && isTrue('fail-on-cache-miss')) throw new Error(`no cache for ${key}`);
  if (found && !isTrue('lookup-only')) say('tar', '-xPf', found);
  return found ? `restored ${path.basename(found)}` : 'no cache yet';
}

function newestCache(prefixes) {
  const folder = path.join(state, 'caches');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  for (const prefix of prefixes) {
    const match = names.filter((name) => decodeURIComponent(name).startsWith(prefix)).sort().pop();
    if (match) return path.join(folder, match);
  }
  return '';
}

function saveCache() {
  const paths = lines(input('path')).map(home).filter((name) => fs.existsSync(path.resolve(workspace, name)));
  if (env.STATE_exact === 'true' || fs.existsSync(cacheFile(input('key')))) return 'already saved';
  if (!paths.length) return 'nothing to save';
  fs.mkdirSync(path.join(state, 'caches'), { recursive: true });
  say('tar', '-cPf', cacheFile(input('key')), ...paths);
  return `saved ${input('key')}`;
}

const artefacts = () => path.join(state, 'artefacts');

function uploadArtefact() {
  const name = input('name', 'artifact');
  const target = path.join(artefacts(), name);
  if (fs.existsSync(target) && !isTrue('overwrite')) throw new Error(`an artefact named ${name} exists already`);
  fs.rmSync(target, { recursive: true, force: true });
  const found = lines(input('path')).flatMap(matches);
  if (!found.length && input('if-no-files-found', 'warn') === 'error') throw new Error(`no files: ${input('path')}`);
  fs.mkdirSync(target, { recursive: true });
  for (const file of found) {
    const place = fs.statSync(file).isDirectory() ? target : path.join(target, path.basename(file));
    fs.cpSync(file, place, { recursive: true });
  }
  output('artifact-id', '1');
  return `${found.length} paths as ${name}`;
}

function matches(pattern) {
  const absolute = path.resolve(workspace, home(pattern));
  if (!/[*?[]/.test(absolute)) return fs.existsSync(absolute) ? [absolute] : [];
  const script = 'shopt -s globstar nullglob; for file in $1; do printf "%s\\n" "$file"; done';
  return lines(say('bash', '-c', script, 'bash', absolute));
}

function downloadArtefact() {
  const all = fs.existsSync(artefacts()) ? fs.readdirSync(artefacts()) : [];
  const wanted = input('pattern').replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  const names = input('name') ? [input('name')] : all.filter((name) => !wanted || new RegExp(`^${wanted}$`).test(name));
  const target = path.resolve(workspace, input('path', '.'));
  const flat = Boolean(input('name')) || isTrue('merge-multiple');
  for (const name of names) {
    if (!all.includes(name)) throw new Error(`no artefact named ${name}`);
    fs.cpSync(path.join(artefacts(), name), flat ? target : path.join(target, name), { recursive: true });
  }
  output('download-path', target);
  return names.join(', ');
}

// without a hook that really builds: a digest that depends on what would be built, so that it can be followed through jobs
function buildImage() {
  const digest = `sha256:${crypto.createHash('sha256').update(env.GITHUB_SHA + JSON.stringify(given)).digest('hex')}`;
  output('digest', digest);
  output('imageid', digest);
  return `recorded only: ${digest}`;
}

const MAIN = {
  'actions/checkout': checkout,
  'actions/setup-go': onPath('go', 'version'),
  'actions/setup-node': onPath('node', '--version'),
  'actions/setup-python': onPath('python3', '--version'),
  'actions/setup-java': setupJava,
  'astral-sh/setup-uv': onPath('uv', '--version'),
  'azure/setup-kubectl': onPath('kubectl', 'version', '--client'),
  'pnpm/action-setup': setupPnpm,
  'actions/cache': restoreCache,
  'actions/cache/restore': restoreCache,
  'actions/cache/save': saveCache,
  'actions/upload-artifact': uploadArtefact,
  'actions/download-artifact': downloadArtefact,
  'docker/build-push-action': buildImage,
};
const POST = { 'actions/cache': saveCache };

// a test may do better than the table: an executable of its own, which prints `name=value` lines for the outputs
function hook() {
  const program = path.join(env.STANDIN_HOOKS || '/nowhere', meta.action.replace(/\//g, '__'));
  if (phase !== 'main' || !fs.existsSync(program)) return null;
  return () => {
    const printed = lines(say(program));
    printed.filter((line) => /^[\w-]+=/.test(line)).forEach((line) => append(env.GITHUB_OUTPUT, `${line}\n`));
    return printed.join('; ');
  };
}

// --- the call -----------------------------------------------------------------------------------------------------

const SECRET = /token|password|secret|private-key|ssh-key/;
const recorded = Object.entries(given)
  .filter(([, value]) => value !== '')
  .map(([name, value]) => [name, SECRET.test(name) ? '***' : value]);
const call = { action: meta.action, ref: meta.ref, phase, job: env.GITHUB_JOB, inputs: Object.fromEntries(recorded),
  did: 'recorded only', error: '' };
try {
  const refused = objections();
  if (refused.length) throw new Error(refused.join('; '));
  const behaviour = hook() || (phase === 'post' ? POST : MAIN)[meta.action];
  if (behaviour) call.did = behaviour();
} catch (error) {
  call.error = error.message;
  console.log(`::error::stand-in for ${meta.action}: ${error.message}`);
  process.exitCode = 1;
}
fs.appendFileSync(path.join(state, 'calls.jsonl'), `${JSON.stringify(call)}\n`);
console.log(`stand-in for ${meta.action} (${phase}): ${call.did}`);
