// The CDK app behind ./cdk.out: every way in which the CDK writes the links that fedlint must find.
// Synthesize again with: npm install aws-cdk-lib@2.276.0 constructs@10 && node app.js
const { App, Stack, CfnJson, Duration, Fn } = require('aws-cdk-lib');
const cognito = require('aws-cdk-lib/aws-cognito');
const identitypool = require('aws-cdk-lib/aws-cognito-identitypool');
const iam = require('aws-cdk-lib/aws-iam');
const sso = require('aws-cdk-lib/aws-sso');

const app = new App({
  outdir: 'cdk.out',
  analyticsReporting: false,
  treeMetadata: false,
  context: { '@aws-cdk/core:newStyleStackSynthesis': false, 'aws:cdk:enable-path-metadata': true },
});

// One stack owns the sign-in: user pool, clients, identity pool with role mappings.
class SignInStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.userPool = new cognito.UserPool(this, 'Users', { selfSignUpEnabled: true });
    this.client = this.userPool.addClient('Web');
    const federated = new iam.SamlProvider(this, 'Staff', {
      metadataDocument: iam.SamlMetadataDocument.fromXml(
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/metadata"/>'
          .padEnd(1024, ' '),
      ),
    });
    const editor = (roleId) => new iam.Role(this, roleId, {
      assumedBy: new iam.WebIdentityPrincipal('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': Fn.ref('PoolId') },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      }),
    });
    this.pool = new identitypool.IdentityPool(this, 'Pool', {
      authenticationProviders: {
        userPools: [new identitypool.UserPoolAuthenticationProvider({
          userPool: this.userPool,
          userPoolClient: this.client,
        })],
        samlProviders: [federated],
      },
      roleMappings: [
        {
          mappingKey: 'users',
          providerUrl: identitypool.IdentityPoolProviderUrl.userPool(this.userPool, this.client),
          useToken: true,
        },
        {
          mappingKey: 'staff',
          providerUrl: identitypool.IdentityPoolProviderUrl.custom(federated.samlProviderArn),
          rules: [{ claim: 'department', claimValue: 'editors', mappedRole: editor('Editor') }],
        },
      ],
    });
    this.pool.node.defaultChild.overrideLogicalId('PoolId');
    new iam.Role(this, 'Console', {
      assumedBy: new iam.SamlConsolePrincipal(federated),
      maxSessionDuration: Duration.hours(4),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')],
    });
  }
}

// Another stack deploys from GitHub and from an EKS cluster, and has an identity pool over the first stack's users.
class WorkloadStack extends Stack {
  constructor(scope, id, { signIn, ...props }) {
    super(scope, id, props);
    const github = new iam.OpenIdConnectProvider(this, 'GitHub', {
      url: 'https://token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
    });
    new iam.Role(this, 'Deploy', {
      assumedBy: new iam.WebIdentityPrincipal(github.openIdConnectProviderArn, {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:example-org/app:environment:production',
        },
      }),
    });
    const cluster = new iam.OidcProviderNative(this, 'Cluster', {
      url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
      clientIds: ['sts.amazonaws.com'],
    });
    // Condition keys that hold a token cannot be keys of a template: the CDK moves the block into CfnJson.
    const issuer = Fn.select(1, Fn.split('oidc-provider/', cluster.oidcProviderArn));
    const conditions = new CfnJson(this, 'ServiceAccount', {
      value: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: 'system:serviceaccount:shop:cart',
      },
    });
    new iam.Role(this, 'Pod', {
      assumedBy: new iam.WebIdentityPrincipal(cluster.oidcProviderArn, { StringEquals: conditions }),
    });
    // The user pool comes back from its ARN: Select and Split over GetAtt.
    const imported = cognito.UserPool.fromUserPoolArn(this, 'ImportedUsers', signIn.userPool.userPoolArn);
    const client = new cognito.UserPoolClient(this, 'Mobile', { userPool: imported });
    new identitypool.IdentityPool(this, 'MobilePool', {
      authenticationProviders: {
        userPools: [new identitypool.UserPoolAuthenticationProvider({ userPool: imported, userPoolClient: client })],
      },
      roleMappings: [{
        mappingKey: 'mobile',
        providerUrl: identitypool.IdentityPoolProviderUrl.userPool(imported, client),
        useToken: true,
      }],
    });
    // By hand, from the ARN's pieces: the same name as `ProviderName`.
    const arn = signIn.userPool.userPoolArn;
    const region = Fn.select(3, Fn.split(':', arn));
    const poolId = Fn.select(1, Fn.split('/', Fn.select(5, Fn.split(':', arn))));
    new cognito.CfnIdentityPool(this, 'TabletPool', {
      allowUnauthenticatedIdentities: false,
      cognitoIdentityProviders: [{
        clientId: client.userPoolClientId,
        providerName: Fn.join('', ['cognito-idp.', region, '.amazonaws.com/', poolId]),
      }],
    });
  }
}

class AccessStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const instanceArn = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';
    const permissionSet = new sso.CfnPermissionSet(this, 'Support', {
      instanceArn,
      name: 'Support',
      managedPolicies: ['arn:aws:iam::aws:policy/job-function/SupportUser'],
      sessionDuration: 'PT4H',
    });
    new sso.CfnAssignment(this, 'SupportInProduction', {
      instanceArn,
      permissionSetArn: permissionSet.attrPermissionSetArn,
      principalId: '11111111-2222-3333-4444-555555555555',
      principalType: 'GROUP',
      targetId: '111122223333',
      targetType: 'AWS_ACCOUNT',
    });
  }
}

const env = { account: '111122223333', region: 'eu-west-1' };
const signIn = new SignInStack(app, 'SignIn', { env });
new WorkloadStack(app, 'Workload', { env, signIn });
new AccessStack(app, 'Access', { env });
app.synth();
