//! From the bytes of an export to [`Telemetry`].

use std::collections::BTreeMap;
use std::io::Read as _;

use axum::body::Bytes;
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{NumberDataPoint, number_data_point};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::received::{Signal, Telemetry};
use crate::http::call::Call;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Protobuf,
    Json,
}

/// A body that is not what its headers say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) String);

/// What a small body may unpack to.
const UNPACKED_LIMIT: u64 = 64 * 1024 * 1024;

type Attributes = BTreeMap<String, Value>;

impl Encoding {
    pub(super) fn of(call: &Call) -> Option<Self> {
        match call.header("content-type")?.split(';').next()?.trim() {
            "application/x-protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    fn read<T: Message + Default + DeserializeOwned>(self, body: &[u8]) -> Result<T, Malformed> {
        match self {
            Self::Protobuf => T::decode(body).map_err(|error| Malformed(error.to_string())),
            Self::Json => serde_json::from_slice(body).map_err(|error| Malformed(error.to_string())),
        }
    }
}

pub(super) fn telemetry(call: &Call, signal: Signal, encoding: Encoding) -> Result<Vec<Telemetry>, Malformed> {
    let body = unpacked(call)?;
    Ok(match signal {
        Signal::Metrics => metrics(encoding.read(&body)?),
        Signal::Logs => logs(encoding.read(&body)?),
        Signal::Traces => spans(encoding.read(&body)?),
    })
}

fn unpacked(call: &Call) -> Result<Bytes, Malformed> {
    match call.header("content-encoding") {
        None | Some("identity") => Ok(call.body.clone()),
        Some("gzip") => {
            let mut bytes = Vec::new();
            let read = MultiGzDecoder::new(&*call.body).take(UNPACKED_LIMIT + 1).read_to_end(&mut bytes);
            match read {
                Ok(_) if bytes.len() as u64 > UNPACKED_LIMIT => {
                    Err(Malformed("the body unpacks to too much".to_owned()))
                }
                Ok(_) => Ok(bytes.into()),
                Err(error) => Err(Malformed(format!("gzip: {error}"))),
            }
        }
        Some(other) => Err(Malformed(format!("the content encoding is gzip or none, not {other}"))),
    }
}

fn metrics(request: ExportMetricsServiceRequest) -> Vec<Telemetry> {
    let mut found = Vec::new();
    for group in request.resource_metrics {
        let resource = resource(group.resource);
        for metric in group.scope_metrics.into_iter().flat_map(|scope| scope.metrics) {
            found.extend(points(metric.data).into_iter().map(|(value, attributes)| Telemetry {
                name: metric.name.clone(),
                value,
                unit: metric.unit.clone(),
                attributes,
                resource: resource.clone(),
            }));
        }
    }
    found
}

/// Value and attributes of each data point; of a distribution, its sum.
fn points(data: Option<Data>) -> Vec<(Value, Attributes)> {
    fn numbers(points: Vec<NumberDataPoint>) -> Vec<(Value, Attributes)> {
        points.into_iter().map(|point| (number(point.value), attributes(point.attributes))).collect()
    }
    match data {
        None => Vec::new(),
        Some(Data::Gauge(gauge)) => numbers(gauge.data_points),
        Some(Data::Sum(sum)) => numbers(sum.data_points),
        Some(Data::Histogram(histogram)) => {
            histogram.data_points.into_iter().map(|point| (json!(point.sum), attributes(point.attributes))).collect()
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            histogram.data_points.into_iter().map(|point| (json!(point.sum), attributes(point.attributes))).collect()
        }
        Some(Data::Summary(summary)) => {
            summary.data_points.into_iter().map(|point| (json!(point.sum), attributes(point.attributes))).collect()
        }
    }
}

fn number(value: Option<number_data_point::Value>) -> Value {
    match value {
        None => Value::Null,
        Some(number_data_point::Value::AsDouble(number)) => json!(number),
        Some(number_data_point::Value::AsInt(number)) => json!(number),
    }
}

fn logs(request: ExportLogsServiceRequest) -> Vec<Telemetry> {
    let mut found = Vec::new();
    for group in request.resource_logs {
        let resource = resource(group.resource);
        let records = group.scope_logs.into_iter().flat_map(|scope| scope.log_records);
        found.extend(records.map(|record| log(record, resource.clone())));
    }
    found
}

/// The event's name has a field of its own since OTLP 1.5; before that it was an attribute.
fn log(record: LogRecord, resource: Attributes) -> Telemetry {
    let (value, attributes) = (plain(record.body), attributes(record.attributes));
    let named = attributes.get("event.name").and_then(Value::as_str);
    let name = [record.event_name.as_str(), named.unwrap_or_default(), value.as_str().unwrap_or_default()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default()
        .to_owned();
    Telemetry { name, value, unit: String::new(), attributes, resource }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Telemetry> {
    let mut found = Vec::new();
    for group in request.resource_spans {
        let resource = resource(group.resource);
        for span in group.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let attributes = attributes(span.attributes);
            found.push(Telemetry {
                name: span.name,
                value: Value::Null,
                unit: String::new(),
                attributes,
                resource: resource.clone(),
            });
        }
    }
    found
}

fn resource(resource: Option<Resource>) -> Attributes {
    attributes(resource.map(|resource| resource.attributes).unwrap_or_default())
}

fn attributes(pairs: Vec<KeyValue>) -> Attributes {
    pairs.into_iter().map(|pair| (pair.key, plain(pair.value))).collect()
}

/// As JSON has it; bytes as a list of numbers.
fn plain(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        None => Value::Null,
        Some(Any::StringValue(text)) => json!(text),
        Some(Any::BoolValue(truth)) => json!(truth),
        Some(Any::IntValue(number)) => json!(number),
        Some(Any::DoubleValue(number)) => json!(number),
        Some(Any::BytesValue(bytes)) => json!(bytes),
        Some(Any::ArrayValue(array)) => array.values.into_iter().map(|value| plain(Some(value))).collect(),
        Some(Any::KvlistValue(list)) => {
            list.values.into_iter().map(|pair| (pair.key, plain(pair.value))).collect::<Map<_, _>>().into()
        }
        // Belongs to the profiling signal, which has a dictionary of strings.
        Some(Any::StringValueStrindex(index)) => json!(index),
    }
}
