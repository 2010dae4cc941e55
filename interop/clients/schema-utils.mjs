// @open-rpc/schema-utils-js on the document that the server answers.
import assert from 'node:assert/strict';
import test from 'node:test';
import schemaUtils from '@open-rpc/schema-utils-js';
import * as daybook from './daybook.mjs';

const { httpURL, questions } = daybook;

// discover asks for the document, for which nobody needs a token.
async function discover() {
  const answer = await fetch(httpURL, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'rpc.discover' }),
  });
  return (await answer.json()).result;
}

test('three lines', daybook.limit, async () => {
  const { method, params } = questions[0];
  const document = await discover();
  const whole = await schemaUtils.parseOpenRPCDocument(document);
  const faults = new schemaUtils.MethodCallValidator(whole).validate(method, params);
  assert.deepEqual(faults, []);
});

test('the document is valid, and can be dereferenced', daybook.limit, async () => {
  const { parseOpenRPCDocument, validateOpenRPCDocument, dereferenceDocument } = schemaUtils;
  const document = await discover();
  assert.equal(validateOpenRPCDocument(document), true);
  await parseOpenRPCDocument(document, { dereference: false });
  const whole = await dereferenceDocument(structuredClone(document));
  assert.equal(whole.methods.length, document.methods.length);
  assert.ok(!JSON.stringify(whole.methods).includes('"$ref"'), 'a reference is left');
});

test('the document knows right params from wrong ones', daybook.limit, async () => {
  const document = await discover();
  const whole = await schemaUtils.dereferenceDocument(document);
  const validator = new schemaUtils.MethodCallValidator(whole);
  for (const { method, params } of questions) {
    assert.deepEqual(validator.validate(method, params), []);
  }
  for (const { name, examples } of whole.methods.filter(({ examples }) => examples)) {
    for (const { params } of examples) {
      const byName = Object.fromEntries(params.map(({ name, value }) => [name, value]));
      assert.deepEqual(validator.validate(name, byName), [], name);
    }
  }
  assert.notEqual(validator.validate(daybook.fault.method, daybook.fault.params).length, 0);
});
