/** Types of admissionregistration.k8s.io/v1 (k8s.io/api v0.32). The notation is explained in types.ts. */

export const ADMISSIONREGISTRATION_TYPES = `
MutatingWebhookConfiguration kind: metadata meta.ObjectMeta, webhooks []MutatingWebhook &name #name
MutatingWebhook: name! string, clientConfig! WebhookClientConfig, rules []RuleWithOperations atomic,
  failurePolicy string(Fail|Ignore) *, matchPolicy string(Equivalent|Exact) * @9, namespaceSelector meta.LabelSelector * @5,
  objectSelector meta.LabelSelector * @11, sideEffects! string(None|NoneOnDryRun|Some|Unknown) * @6, timeoutSeconds int32 *,
  admissionReviewVersions! []string atomic, reinvocationPolicy string(IfNeeded|Never) * @10,
  matchConditions []MatchCondition &name #name @12
WebhookClientConfig: url string * @3, service ServiceReference * @1, caBundle bytes
ServiceReference: namespace! string, name! string, path string *, port int32 *
RuleWithOperations: operations []string(*|CONNECT|CREATE|DELETE|UPDATE) atomic, apiGroups []string atomic @2.1,
  apiVersions []string atomic, resources []string atomic, scope string(*|Cluster|Namespaced) *
MatchCondition: name! string, expression! string
ValidatingAdmissionPolicy kind: metadata meta.ObjectMeta, spec ValidatingAdmissionPolicySpec,
  status ValidatingAdmissionPolicyStatus
ValidatingAdmissionPolicySpec: paramKind ParamKind *, matchConstraints MatchResources *, validations []Validation atomic,
  failurePolicy string(Fail|Ignore) *, auditAnnotations []AuditAnnotation atomic,
  matchConditions []MatchCondition &name #name, variables []Variable &name #name
ParamKind atomic: apiVersion string, kind string
MatchResources atomic: namespaceSelector meta.LabelSelector *, objectSelector meta.LabelSelector *,
  resourceRules []NamedRuleWithOperations atomic, excludeResourceRules []NamedRuleWithOperations atomic,
  matchPolicy string(Equivalent|Exact) * @7
NamedRuleWithOperations atomic: resourceNames []string atomic,
  operations []string(*|CONNECT|CREATE|DELETE|UPDATE) atomic @2.1, apiGroups []string atomic @2.2.1,
  apiVersions []string atomic, resources []string atomic, scope string(*|Cluster|Namespaced) *
Validation: expression! string, message string, reason string *, messageExpression string
AuditAnnotation: key! string, valueExpression! string
Variable atomic: name! string, expression! string
ValidatingAdmissionPolicyStatus: observedGeneration int64, typeChecking TypeChecking *, conditions []meta.Condition #type
TypeChecking: expressionWarnings []ExpressionWarning atomic
ExpressionWarning: fieldRef! string @2, warning! string
ValidatingAdmissionPolicyBinding kind: metadata meta.ObjectMeta, spec ValidatingAdmissionPolicyBindingSpec
ValidatingAdmissionPolicyBindingSpec: policyName string, paramRef ParamRef *, matchResources MatchResources *,
  validationActions []string(Audit|Deny|Warn) set
ParamRef atomic: name string, namespace string, selector meta.LabelSelector *, parameterNotFoundAction string *
ValidatingWebhookConfiguration kind: metadata meta.ObjectMeta, webhooks []ValidatingWebhook &name #name
ValidatingWebhook: name! string, clientConfig! WebhookClientConfig, rules []RuleWithOperations atomic,
  failurePolicy string(Fail|Ignore) *, matchPolicy string(Equivalent|Exact) * @9, namespaceSelector meta.LabelSelector * @5,
  objectSelector meta.LabelSelector * @10, sideEffects! string(None|NoneOnDryRun|Some|Unknown) * @6, timeoutSeconds int32 *,
  admissionReviewVersions! []string atomic, matchConditions []MatchCondition &name #name @11
`;
