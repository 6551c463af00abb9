import { expect, test } from 'vitest'
import { compileFault } from './compile.ts'
import { fromCel, runCel } from './environment.ts'
import { mismatch } from './objects.ts'

const object = {
  l: ['x', 'y', 'x'],
  n: [3n, 1n, 2n],
  m: { a: 'b' },
  cpu: '1500m',
  namespace: 'here',
}
const value = (expression: string) => {
  const v = runCel(expression, { object })
  return v instanceof Error ? `error: ${v.message}` : fromCel(v)
}

test.each([
  ['quantity(object.cpu).isGreaterThan(quantity("1"))', true],
  ['quantity("1Gi").add(quantity("1Gi")).compareTo(quantity("2Gi"))', 0],
  ['quantity("1500m").sub(1)', '500m'],
  ['quantity("5").asInteger()', 5],
  ['isQuantity("5Q!")', false],
  ['semver("1.2.3-rc.1").isLessThan(semver("1.2.3"))', true],
  ['isSemver("v1.2")', false],
  ['semver("v1.2", true).minor()', 2],
])('quantities and versions: %s', (expression, expected) => {
  expect(value(expression)).toEqual(expected)
})

test.each([
  ['isIP("10.0.0.1") && !isIP("10.0.0.01") && !isIP("x")', true],
  ['ip("::1").isLoopback()', true],
  ['ip("10.0.0.1").family()', 4],
  ['ip.isCanonical("2001:DB8::1")', false],
  ['ip("169.254.1.1").isGlobalUnicast()', false],
  ['cidr("10.0.0.0/8").containsIP("10.9.8.7")', true],
  ['cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")', true],
  ['string(cidr("10.1.2.3/16").masked())', '10.1.0.0/16'],
  ['isCIDR("10.0.0.0/33")', false],
  ['url("https://e.com:8443/a?b=c&b=d").getPort()', '8443'],
  ['url("https://e.com:8443/a?b=c&b=d").getQuery()', { b: ['c', 'd'] }],
  ['isURL("nope")', false],
])('addresses: %s', (expression, expected) => {
  expect(value(expression)).toEqual(expected)
})

test.each([
  ['object.n.sum()', 6],
  ['object.n.max() - object.n.min()', 2],
  ['object.n.isSorted()', false],
  ['object.l.indexOf("y")', 1],
  ['object.l.lastIndexOf("x")', 2],
  ['"abc 123".find("[0-9]+")', '123'],
  ['"1 22 333".findAll("[0-9]+", 2)', ['1', '22']],
  ['"a.b.c".replace(".", "-", 1)', 'a-b.c'],
  ['"%s is %d, %.2f".format(["it", 5, 1.5])', 'it is 5, 1.50'],
  ['sets.contains(object.l, ["y"])', true],
  ['object.l.all(i, v, i < 3 && v in ["x", "y"])', true],
  ['object.m.exists(k, v, k == "a" && v == "b")', true],
  ['object.n.transformList(i, v, v * 2)', [6, 2, 4]],
  ['object.m.transformMap(k, v, v + k)', { a: 'ba' }],
  ['object.__namespace__', 'here'],
  ['object.?nope.orValue("none")', 'none'],
  ['object.?cpu.optMap(c, c + "!").orValue("none")', '1500m!'],
  ['object.?nope == object.?no', true],
  ['object.?cpu == object.?no', false],
  ['format.dns1123Label().validate("a-b").hasValue()', false],
  ['format.named("dns1123Label").value().validate("A").value().size()', 1],
  ['object.nope == 1', 'error: no such key: nope'],
  ['object.l[7] == "x"', 'error: index out of bounds: 7'],
])('lists, maps and strings: %s', (expression, expected) => {
  expect(value(expression)).toEqual(expected)
})

test('constructors make objects, and their types are held against their places', () => {
  const made = 'Object{spec: Object.spec{replicas: 3, ?x: optional.none(), l: {"a{": "}"}}}'
  expect(value(made)).toEqual({ spec: { replicas: 3, l: { 'a{': '}' } } })
  expect(
    value('[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("b/c"), value: [1]}]'),
  ).toEqual([{ op: 'add', path: '/a/b~1c', value: [1] }])
  expect(mismatch(runCel('Object{spec: Object.specx{a: 1}}', {}))).toBe(
    'unexpected type name "Object.specx", expected "Object.spec", which matches field name path from root Object type',
  )
})

test('what does not compile is told with its place', () => {
  const fault = (e: string) => compileFault(e, { variables: ['object'], returns: 'bool' })
  expect(fault('object.a > 1')).toBeUndefined()
  expect(fault('true &&\n foo == 1')).toBe(
    "compilation failed: ERROR: <input>:2:2: undeclared reference to 'foo' (in container '')\n |  foo == 1\n | .^",
  )
  expect(fault('1 == "a"')).toContain(
    "found no matching overload for '_==_' applied to '(int, string)'",
  )
  expect(fault('ipx(object.a).family() == 6')).toContain(
    "<input>:1:4: undeclared reference to 'ipx' (in container '')",
  )
  expect(fault('"a".startsWith(1)')).toContain(
    "<input>:1:15: found no matching overload for 'startsWith' applied to 'string.(int)'",
  )
  expect(fault('object.a ==')).toContain("<input>:1:12: Syntax error: mismatched input '<EOF>'")
  expect(fault('"text"')).toBe('must evaluate to bool')
})
