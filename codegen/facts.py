"""What a facts file may say: the importer keeps these keys, and the generator knows what becomes of each."""

METADATA = {"apiVersion", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "protocol", "protocols", "serviceId",
            "signingName", "targetPrefix", "xmlNamespace"}
OPERATION = {"http", "input", "output", "errors", "httpChecksum", "deprecated", "unsignedPayload", "authtype",
             "requestcompression"}
SHAPE = {"type", "members", "required", "max", "min", "member", "exception", "enum", "pattern", "error", "payload",
         "flattened", "key", "value", "sensitive", "fault", "union", "event", "timestampFormat", "eventstream",
         "locationName", "xmlNamespace", "streaming", "synthetic"}
MEMBER = {"shape", "locationName", "location", "xmlNamespace", "flattened", "idempotencyToken", "streaming",
          "eventpayload", "xmlAttribute", "timestampFormat"}
ERROR = {"code", "httpStatusCode", "senderFault", "fault"}

# Of an operation. The importer takes these as they are.
HTTP = {"method", "requestUri", "responseCode"}
INPUT = {"shape", "locationName", "xmlNamespace"}
OUTPUT = {"shape", "locationName", "resultWrapper"}
CHECKSUM = {"requestAlgorithmMember", "requestChecksumRequired", "requestValidationModeMember", "responseAlgorithms"}
