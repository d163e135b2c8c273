"use strict";

const page = document.getElementById("operations");
const token = document.getElementById("token");
const verbs = ["get", "post", "put", "patch", "delete"];
let description;

/** An element with text or children; nothing here is ever parsed as HTML. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

function resolve(schema) {
  const target = schema && schema.$ref;
  return target ? description.components.schemas[target.split("/").pop()] : schema;
}

function typeOf(schema) {
  return Array.isArray(schema.type) ? schema.type.find(type => type !== "null") : schema.type;
}

/** A body that shows every field, with values of the right type. */
function example(reference, depth = 0) {
  const schema = resolve(reference) || {};
  if (schema.enum) return schema.enum.find(value => value !== null);
  const choice = (schema.oneOf || schema.anyOf || schema.allOf || []).find(option => option.type !== "null");
  if (choice) return example(choice, depth);
  switch (typeOf(schema)) {
    case "object":
      return depth > 5 ? {} : Object.fromEntries(Object.entries(schema.properties || {}).map(([name, part]) => [name, example(part, depth + 1)]));
    case "array": return [example(schema.items, depth + 1)];
    case "integer": return 0;
    case "number": return 0.0;
    case "boolean": return false;
    default: return schema.format === "uuid" ? "00000000-0000-0000-0000-000000000000" : schema.format === "date-time" ? new Date().toISOString() : "";
  }
}

function bodyOf(holder) {
  const content = holder && holder.content && (holder.content["application/json"] || Object.values(holder.content)[0]);
  return content && content.schema ? JSON.stringify(example(content.schema), null, 2) : null;
}

function tryIt(method, path, operation) {
  const inputs = (operation.parameters || []).map(parameter => [parameter, element("input", { placeholder: parameter.required ? "required" : "" })]);
  const sample = bodyOf(operation.requestBody);
  const body = sample === null ? null : element("textarea", { value: sample, spellcheck: false });
  const answer = element("pre", { hidden: true });
  const send = element("button", { type: "button", textContent: "Send" });
  send.onclick = async () => {
    const headers = body ? { "Content-Type": "application/json" } : {};
    if (method === "post") headers["Idempotency-Key"] = crypto.randomUUID();
    if (token.value) headers.Authorization = "Bearer " + token.value;
    let address = path;
    const query = new URLSearchParams();
    for (const [parameter, input] of inputs) {
      if (parameter.in === "path") address = address.replace("{" + parameter.name + "}", encodeURIComponent(input.value));
      else if (parameter.in === "query" && input.value) query.set(parameter.name, input.value);
    }
    const response = await fetch(address + (query.size ? "?" + query : ""), { method: method.toUpperCase(), headers, body: body && body.value });
    const text = await response.text();
    answer.hidden = false;
    try { answer.textContent = response.status + "\n" + JSON.stringify(JSON.parse(text), null, 2); }
    catch { answer.textContent = response.status + "\n" + text; }
  };
  const rows = inputs.map(([parameter, input]) =>
    element("tr", {}, element("td", {}, element("code", { textContent: parameter.name })), element("td", { textContent: parameter.in }), element("td", {}, input)));
  return element("div", {},
    rows.length ? element("h3", { textContent: "Parameters" }) : null, rows.length ? element("table", {}, ...rows) : null,
    body ? element("h3", { textContent: "Body" }) : null, body,
    element("p", {}, send), answer,
    element("h3", { textContent: "Answers" }), answers(operation));
}

function answers(operation) {
  return element("table", {}, ...Object.entries(operation.responses || {}).map(([status, response]) => {
    const sample = bodyOf(response);
    return element("tr", {}, element("td", {}, element("b", { textContent: status })),
      element("td", {}, response.description || "", sample ? element("pre", { textContent: sample }) : null));
  }));
}

function card(method, path, operation) {
  const summary = element("summary", {},
    element("b", { textContent: method.toUpperCase() }), element("code", { textContent: path }), element("span", { textContent: operation.summary || "" }));
  const shell = element("details", {}, summary);
  shell.dataset.words = (method + " " + path + " " + (operation.summary || "") + " " + (operation.tags || []).join(" ")).toLowerCase();
  shell.addEventListener("toggle", () => { if (shell.open && shell.children.length === 1) shell.append(tryIt(method, path, operation)); });
  return shell;
}

function render() {
  const groups = new Map();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of verbs.filter(verb => item[verb])) {
      const tag = (item[method].tags || ["Other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(card(method, path, item[method]));
    }
  }
  page.replaceChildren(...[...groups].sort().map(([tag, cards]) => element("section", {}, element("h2", { textContent: tag }), ...cards)));
  const missing = description["x-missing"] || [];
  const note = document.getElementById("missing");
  note.hidden = missing.length === 0;
  note.textContent = "Not reachable right now, so not described: " + missing.join(", ");
}

document.getElementById("find").oninput = event => {
  const word = event.target.value.toLowerCase();
  for (const shell of document.querySelectorAll("details")) shell.hidden = !shell.dataset.words.includes(word);
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector("details:not([hidden])");
};

fetch("/openapi/v1.json")
  .then(response => response.json())
  .then(document => { description = document; render(); })
  .catch(failure => { page.textContent = "The description could not be read: " + failure; });
