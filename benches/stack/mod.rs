//! A stack as people write it, of any size: user pools with clients, identity pools with roles and mappings, and
//! deployments from outside.

use std::fmt::Write as _;

/// A template of at least `size` bytes, and hardly more.
pub(crate) fn template(size: usize) -> String {
    let mut text = String::from(HEAD);
    for number in 1.. {
        if text.len() >= size {
            break;
        }
        let part = if number % 3 == 0 { DEPLOYMENT } else { APPLICATION };
        write!(text, "{}", part.replace("{N}", &number.to_string())).expect("text can be written");
    }
    text
}

const HEAD: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Description: Sign-in and deployments of several applications

Parameters:
  Stage:
    Type: String
    AllowedValues: [dev, prod]
    Default: dev

Conditions:
  IsProduction: !Equals [!Ref Stage, prod]

Resources:

  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: https://token.actions.githubusercontent.com
      ClientIdList: [sts.amazonaws.com]
"#;

const APPLICATION: &str = r#"
  # Sign-in of application {N}
  Users{N}:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Sub application-{N}-${Stage}
      AutoVerifiedAttributes: [email]
      Policies:
        PasswordPolicy:
          MinimumLength: 12

  Client{N}:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Users{N}
      ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]

  Identities{N}:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: !If [IsProduction, false, true]
      CognitoIdentityProviders:
        - ProviderName: !GetAtt Users{N}.ProviderName
          ClientId: !Ref Client{N}

  IdentityRoles{N}:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Identities{N}
      Roles:
        authenticated: !GetAtt Customer{N}.Arn
        unauthenticated: !GetAtt Guest{N}.Arn
      RoleMappings:
        users:
          IdentityProvider: !Sub ${Users{N}.ProviderName}:${Client{N}}
          Type: Token
          AmbiguousRoleResolution: AuthenticatedRole

  Customer{N}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Federated: cognito-identity.amazonaws.com
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                cognito-identity.amazonaws.com:aud: !Ref Identities{N}
              ForAnyValue:StringLike:
                cognito-identity.amazonaws.com:amr: authenticated
      Policies:
        - PolicyName: own-files
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, s3:PutObject]
                Resource: !Sub arn:${AWS::Partition}:s3:::files-{N}/${!cognito-identity.amazonaws.com:sub}/*

  Guest{N}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Federated: cognito-identity.amazonaws.com
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                cognito-identity.amazonaws.com:aud: !Ref Identities{N}
              ForAnyValue:StringLike:
                cognito-identity.amazonaws.com:amr: unauthenticated
      Policies:
        - PolicyName: catalogue
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: arn:aws:s3:::catalogue-{N}/*
"#;

const DEPLOYMENT: &str = r#"
  # Deployment of application {N}
  Deploy{N}:
    Type: AWS::IAM::Role
    Properties:
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Federated: !GetAtt GitHub.Arn
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals:
                token.actions.githubusercontent.com:aud: sts.amazonaws.com
              StringLike:
                token.actions.githubusercontent.com:sub: repo:example-org/application-{N}:environment:production
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/AWSCloudFormationFullAccess

  Function{N}:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      Role: !GetAtt Deploy{N}.Arn
      Code:
        S3Bucket: !Sub code-${AWS::AccountId}
        S3Key: application-{N}.zip
"#;
