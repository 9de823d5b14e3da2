// Reads lines `case<TAB>JSON`, judges each, and prints the answers: two cases in each hexadecimal digit, the first in
// the upper bits; of each case, the upper bit says whether the request as it is made is allowed, the lower one whether
// one of those is that could be made as well. Other lines are left alone.
import { createInterface } from 'node:readline'
import { loadPolicy } from '@cloud-copilot/iam-policy'

// The public functions refuse keys that they do not know for an action, and look at policies of resources too. The
// answer of the role's policies alone is inside.
const inside = (path) =>
  import(new URL(`./node_modules/@cloud-copilot/iam-simulate/dist/esm/${path}`, import.meta.url).href)
const { analyzeIdentityPolicies, analyzePermissionBoundaryPolicies } =
  await inside('core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await inside('request/request.js')
const { RequestContextImpl } = await inside('requestContext.js')
const { DiscoveryContextKeyConstraints } = await inside('context_keys/discoveryContextKeyConstraints.js')

const SESSION = 'arn:aws:sts::111122223333:assumed-role/Caller/me'
const MODE = { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) }

function judge({ policies, boundary, action, resource, contexts }) {
  const granting = policies.map((policy, number) => loadPolicy(policy, { name: `policy ${number}` }))
  const limiting = boundary ? [loadPolicy(boundary, { name: 'boundary' })] : undefined
  const account = resource.split(':')[4] || '111122223333'
  const allowed = (context) => {
    const request = new AwsRequestImpl(
      SESSION, { resource, accountId: account }, action, new RequestContextImpl(context), resource === '*')
    const granted = analyzeIdentityPolicies(granting, request, MODE, 'identity').result
    const limited = analyzePermissionBoundaryPolicies(limiting, request, MODE)?.result ?? 'Allowed'
    return granted === 'Allowed' && limited === 'Allowed'
  }
  const [made, ...others] = contexts
  return (allowed(made) ? 2 : 0) | (others.some(allowed) ? 1 : 0)
}

const answers = []
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('case\t')) answers.push(judge(JSON.parse(line.slice(5))))
}
let digits = ''
for (let at = 0; at < answers.length; at += 2) digits += ((answers[at] << 2) | (answers[at + 1] ?? 0)).toString(16)
console.log(digits.match(/.{1,100}/g).join('\n'))
