// The API page: the routes of /openapi.json by what they are for, with schemas that open on a click.

import { byId, h } from './dom.js';

const GROUPS = [
  ['Readings', /^\/api\/v1\/(async-chat|fortune)\b/],
  ['Deities and lots', /^\/api\/v1\/(deities|draws|search)\b/],
  ['Session and account', /^\/api\/v1\/(session|account)\b/],
  ['Administration', /^\/api\/v1\/admin\b/],
  ['Operations', /^/],
];
const VERBS = ['get', 'post', 'put', 'patch', 'delete'];
const THEME = 'kaucim.theme';

let schemas = {};

function routes(description) {
  schemas = description.components?.schemas || {};
  const all = Object.entries(description.paths || {})
    .flatMap(([path, verbs]) => VERBS.filter((verb) => verbs[verb]).map((verb) => ({ path, verb, ...verbs[verb] })));
  const grouped = GROUPS.map(([name]) => ({ name, routes: [] }));
  for (const route of all) grouped[GROUPS.findIndex(([, paths]) => paths.test(route.path))].routes.push(route);
  const told = grouped.filter((group) => group.routes.length);
  byId('routes').replaceChildren(...told.map((group) => h(
    'section',
    { 'aria-labelledby': anchor(group.name) },
    h('h2', { id: anchor(group.name) }, group.name),
    ...group.routes.map(routeBox),
  )), eventBox());
  byId('contents').append(...told.flatMap((group) => [' ', h('a', { href: `#${anchor(group.name)}` }, group.name)]));
  open();
}

function routeBox(route) {
  const id = `${route.verb}-${anchor(route.path)}`;
  return lazy(
    { class: 'route', id },
    [h('span', { class: 'verb', 'data-verb': route.verb }, route.verb.toUpperCase()), h('code', { class: 'path' }, ...breakable(route.path)), h('span', { class: 'purpose' }, route.summary || '')],
    () => [
      route.description ? h('p', {}, route.description) : '',
      part('Who may', h('p', {}, ...permission(route.security))),
      route.parameters?.length ? part('Parameters', fields(route.parameters.map(parameter))) : '',
      route.requestBody ? part('Request', ...contents(route.requestBody.content)) : '',
      ...Object.entries(route.responses || {}).map(([status, answer]) => part(
        status === 'default' ? 'Otherwise' : status,
        h('p', {}, answer.description || ''),
        ...contents(answer.content),
      )),
    ],
  );
}

/** The shapes of the stream's events, which no route's schema names. */
function eventBox() {
  if (!schemas.Event) return '';
  return lazy({ class: 'route' }, [h('code', { class: 'path' }, 'Event'), h('span', { class: 'purpose' }, 'What is kept of a task, as the stream tells it')], () => shape(schemas.Event));
}

/** A disclosure whose inside is made when it is first opened. */
function lazy(props, summary, build) {
  const box = h('details', props, h('summary', {}, ...summary));
  box.addEventListener('toggle', () => {
    if (box.open && box.children.length === 1) box.append(h('div', { class: 'inside' }, ...build()));
  });
  return box;
}

function part(name, ...inside) {
  return h('div', { class: 'part' }, h('h3', {}, name), h('div', {}, ...inside));
}

function permission(security = []) {
  if (!security.length) return ['Everyone.'];
  const ways = security.map((way) => {
    const [[name, scopes]] = Object.entries(way);
    return name === 'key'
      ? ['A bearer key', ...(scopes.length ? [' with the scope ', h('code', {}, scopes.join(', '))] : [])]
      : [`${name === 'guest' ? 'a guest session' : name}`];
  });
  return [...ways.flatMap((way, place) => (place ? [', or ', ...way] : way)), '.'];
}

function parameter({ name, in: place, required, description, schema }) {
  return { name, required, description, schema, note: place };
}

function contents(content = {}) {
  return Object.entries(content).flatMap(([type, { schema }]) => [
    h('p', { class: 'media' }, type),
    ...(schema && Object.keys(schema).length ? shape(schema) : []),
  ]);
}

/** A schema in full: its words, its fields, its choices. */
function shape(schema) {
  if (schema.$ref) return [reference(schema)];
  const choices = schema.oneOf || schema.anyOf;
  return [
    schema.description ? h('p', {}, ...marked(schema.description)) : '',
    schema.properties ? fields(Object.entries(schema.properties).map(([name, inner]) => ({
      name, schema: inner, description: inner.description, required: schema.required?.includes(name),
    }))) : '',
    ...(choices ? [h('ul', { class: 'choices' }, ...choices.map((choice) => h('li', {}, ...(choice.properties ? shape(choice) : [...typed(choice), ' ', ...marked(choice.description || '')]))))] : []),
    !schema.properties && !choices ? h('p', {}, ...typed(schema)) : '',
  ];
}

function fields(list) {
  return h('dl', { class: 'fields' }, ...list.map(({ name, schema = {}, description, required, note }) => h(
    'div',
    {},
    h('dt', {}, h('code', {}, name), required ? h('span', { class: 'required' }, 'required') : '', note ? h('small', {}, note) : ''),
    h('dd', {}, h('span', { class: 'type' }, ...typed(schema)), description ? h('span', {}, ...marked(description)) : ''),
  )));
}

/** What a value may be, in words; named shapes open on a click. */
function typed(schema) {
  if (schema === true || !schema) return ['any'];
  if (schema.$ref) return [reference(schema)];
  const choices = schema.oneOf || schema.anyOf;
  if (choices) return choices.flatMap((choice, place) => [place ? ' or ' : '', ...typed(choice)]);
  if (schema.const !== undefined) return [h('code', {}, String(schema.const))];
  if (schema.enum) return schema.enum.flatMap((one, place) => [place ? ' · ' : '', h('code', {}, String(one))]);
  if (schema.type === 'array') return ['list of ', ...typed(schema.items)];
  if (schema.properties) return [lazy({ class: 'named' }, ['object'], () => shape({ ...schema, description: '' }))];
  if (schema.additionalProperties) return ['object of ', ...typed(schema.additionalProperties)];
  const names = [schema.type || 'any'].flat().filter((name) => name !== 'null');
  return [names.join(' or '), [schema.type].flat().includes('null') ? ' or null' : ''];
}

function reference({ $ref }) {
  const name = $ref.split('/').at(-1);
  return lazy({ class: 'named' }, [name], () => shape(schemas[name] || {}));
}

/** Text whose `backticked` words are code. */
function marked(text) {
  return text.split('`').map((piece, place) => (place % 2 ? h('code', {}, piece) : piece));
}

/** A path that may break after its slashes. */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((piece) => [piece, h('wbr')]);
}

function anchor(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** Opens the route that the address names. */
function open() {
  const target = byId(location.hash.slice(1));
  if (target?.matches('details')) target.open = true;
  if (target) target.scrollIntoView();
}

function examples(deity) {
  const { origin } = location;
  byId('curl-ask').textContent = `curl -X POST ${origin}/api/v1/async-chat/ask-question \\
  -H "Authorization: Bearer $KAUCIM_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"deity_id": "${deity}", "question": "Shall I move this year?"}'`;
  byId('curl-follow').textContent = `curl -N "${origin}/api/v1/async-chat/stream/$TASK_ID?partial_text=off" \\
  -H "Authorization: Bearer $KAUCIM_KEY"`;
}

function copier(figure) {
  const button = h('button', {
    type: 'button',
    class: 'copy',
    onclick: async () => {
      await navigator.clipboard.writeText(figure.querySelector('code').textContent);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    },
  }, 'Copy');
  figure.append(button);
}

async function json(url) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function theme() {
  const root = document.documentElement.dataset;
  const held = () => { try { return localStorage.getItem(THEME); } catch { return null; } };
  if (held()) root.theme = held();
  byId('theme').addEventListener('click', () => {
    const dark = root.theme ? root.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.theme = dark ? 'light' : 'dark';
    try { localStorage.setItem(THEME, root.theme); } catch { /* The choice lasts as long as the page. */ }
  });
}

theme();
examples('yue_lao');
// A page on plain HTTP may have no clipboard.
if (navigator.clipboard) document.querySelectorAll('.example').forEach(copier);
addEventListener('hashchange', open);
json('/api/v1/deities').then(({ deities }) => deities[0] && examples(deities[0].id)).catch(() => {});
json('/openapi.json').then(routes).catch((problem) => {
  byId('routes').replaceChildren(h('p', { class: 'problem', role: 'alert' }, `The routes could not be read: ${problem.message}. Please reload the page.`));
});
