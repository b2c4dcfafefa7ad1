/** Types of autoscaling/v1 and autoscaling/v2 (k8s.io/api v0.32). The notation is explained in types.ts. */

export const AUTOSCALING_TYPES = `
Scale kind: metadata meta.ObjectMeta, spec ScaleSpec, status ScaleStatus
ScaleSpec: replicas int32
ScaleStatus: replicas! int32, selector string
HorizontalPodAutoscaler kind: metadata meta.ObjectMeta, spec HorizontalPodAutoscalerSpec, status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec: scaleTargetRef! CrossVersionObjectReference, minReplicas int32 *, maxReplicas! int32,
  targetCPUUtilizationPercentage int32 *
CrossVersionObjectReference atomic: kind! string, name! string, apiVersion string
HorizontalPodAutoscalerStatus: observedGeneration int64 *, lastScaleTime time, currentReplicas! int32, desiredReplicas! int32,
  currentCPUUtilizationPercentage int32 *
`;

export const AUTOSCALING_V2_TYPES = `
HorizontalPodAutoscaler kind: metadata meta.ObjectMeta, spec HorizontalPodAutoscalerSpec, status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerSpec: scaleTargetRef! CrossVersionObjectReference, minReplicas int32 *, maxReplicas! int32,
  metrics []MetricSpec atomic, behavior HorizontalPodAutoscalerBehavior *
CrossVersionObjectReference: kind! string, name! string, apiVersion string
MetricSpec: type! string, object ObjectMetricSource *, pods PodsMetricSource *, resource ResourceMetricSource *,
  containerResource ContainerResourceMetricSource * @7, external ExternalMetricSource * @5
ObjectMetricSource: describedObject! CrossVersionObjectReference, target! MetricTarget, metric! MetricIdentifier
MetricTarget: type! string, value quantity *, averageValue quantity *, averageUtilization int32 *
MetricIdentifier: name! string, selector meta.LabelSelector *
PodsMetricSource: metric! MetricIdentifier, target! MetricTarget
ResourceMetricSource: name! string, target! MetricTarget
ContainerResourceMetricSource: name! string, target! MetricTarget, container! string
ExternalMetricSource: metric! MetricIdentifier, target! MetricTarget
HorizontalPodAutoscalerBehavior: scaleUp HPAScalingRules *, scaleDown HPAScalingRules *
HPAScalingRules: stabilizationWindowSeconds int32 * @3, selectPolicy string * @1, policies []HPAScalingPolicy atomic
HPAScalingPolicy: type! string, value! int32, periodSeconds! int32
HorizontalPodAutoscalerStatus: observedGeneration int64 *, lastScaleTime time, currentReplicas int32, desiredReplicas! int32,
  currentMetrics []MetricStatus atomic, conditions []HorizontalPodAutoscalerCondition &type #type
MetricStatus: type! string, object ObjectMetricStatus *, pods PodsMetricStatus *, resource ResourceMetricStatus *,
  containerResource ContainerResourceMetricStatus * @7, external ExternalMetricStatus * @5
ObjectMetricStatus: metric! MetricIdentifier, current! MetricValueStatus, describedObject! CrossVersionObjectReference
MetricValueStatus: value quantity *, averageValue quantity *, averageUtilization int32 *
PodsMetricStatus: metric! MetricIdentifier, current! MetricValueStatus
ResourceMetricStatus: name! string, current! MetricValueStatus
ContainerResourceMetricStatus: name! string, current! MetricValueStatus, container! string
ExternalMetricStatus: metric! MetricIdentifier, current! MetricValueStatus
HorizontalPodAutoscalerCondition: type! string, status! string, lastTransitionTime time, reason string, message string
`;
