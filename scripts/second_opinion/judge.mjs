// Reads lines `case<TAB>JSON`, judges each, and prints the answers: two cases in each hexadecimal digit, the first in
// the upper bits; 0 not allowed, 1 allowed, 2 denied, 3 not read. Other lines are left alone.
import { createInterface } from 'node:readline'
import { loadPolicy } from '@cloud-copilot/iam-policy'

// The public functions refuse keys that they do not know for an action, and want identity policies too. The answer of
// the trust policy alone is inside.
const inside = (path) =>
  import(new URL(`./node_modules/@cloud-copilot/iam-simulate/dist/esm/${path}`, import.meta.url).href)
const { analyzeResourcePolicy } = await inside('core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await inside('request/request.js')
const { RequestContextImpl } = await inside('requestContext.js')
const { DiscoveryContextKeyConstraints } = await inside('context_keys/discoveryContextKeyConstraints.js')

const ROLE = { resource: 'arn:aws:iam::111122223333:role/Target', accountId: '111122223333' }
const MODE = { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) }
const ANSWERS = {
  ImplicitlyDenied: 0, Allowed: 1, AllowedForAccount: 1, ExplicitlyDenied: 2, DeniedForAccount: 2,
}

function judge({ policy, principal, action, context }) {
  try {
    const request = new AwsRequestImpl(principal, ROLE, action, new RequestContextImpl(context))
    return ANSWERS[analyzeResourcePolicy(loadPolicy(policy, { name: 'trust' }), request, false, MODE).result]
  } catch (error) {
    console.error(error.message)
    return 3
  }
}

const answers = []
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('case\t')) answers.push(judge(JSON.parse(line.slice(5))))
}
let digits = ''
for (let at = 0; at < answers.length; at += 2) digits += ((answers[at] << 2) | (answers[at + 1] ?? 0)).toString(16)
console.log(digits.match(/.{1,100}/g).join('\n'))
