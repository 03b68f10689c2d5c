"""What the headers that a C or C++ program includes say about it."""

from __future__ import annotations

from cdgen.stacks.plain_code import Opens

# header -> (framework, speaks); https servers are http behind the cluster
FRAMEWORKS = (
    (r"google/cloud/functions/", "functions-framework", "http"),
    (r"drogon/", "drogon", "http"),
    (r"(?:crow/)?(?:crow|crow_all)\.h(?:pp)?$|crow/app\.h", "crow", "http"),
    (r"pistache/", "pistache", "http"),
    (r"oatpp/", "oatpp", "http"),
    (r"(?:[\w-]+/)?httplib\.h$", "cpp-httplib", "http"),
    (r"userver/server/", "userver", "http"),
    (r"proxygen/httpserver/", "proxygen", "http"),
    (r"restinio/", "restinio", "http"),
    (r"restbed", "restbed", "http"),
    (r"served/", "served", "http"),
    (r"cpprest/http_listener\.h", "cpprestsdk", "http"),
    (r"Poco/Net/HTTPServer", "poco", "http"),
    (r"Wt/W(?:Server|Application)", "wt", "http"),
    (r"Cutelyst/", "cutelyst", "http"),
    (r"CivetServer\.h|civetweb\.h", "civetweb", "http"),
    (r"mongoose\.h$", "mongoose", "http"),
    (r"microhttpd\.h$", "libmicrohttpd", "http"),
    (r"ulfius\.h$", "ulfius", "http"),
    (r"kore/kore\.h", "kore", "http"),
    (r"lwan\.h$", "lwan", "http"),
    (r"facil\.io|fio\.h$", "facil.io", "http"),
    (r"event2/http\.h|evhttp\.h", "libevent", "http"),
    (r"boost/beast/http", "boost-beast", "http"),
)
DRIVERS = (
    (r"mongoc(?:/mongoc)?\.h|mongocxx/|bsoncxx/", "mongodb"),
    (r"libmemcached", "memcached"),
    (r"hiredis|sw/redis\+\+|cpp_redis/|bredis", "redis"),
    (r"libpq-fe\.h|pqxx/|libpq/", "postgresql"),
    (r"mysql\.h$|mysqlx/|mysql\+\+|mysqld_error|jdbc/mysql|mysql_connection\.h|cppconn/", "mysql"),
    (r"mariadb/conncpp", "mariadb"),
    (r"rdkafka(?:cpp)?\.h|cppkafka/|modern-cpp-kafka|kafka/Kafka", "kafka"),
    (r"amqpcpp|SimpleAmqpClient|^amqp\.h|rabbitmq-c/amqp\.h", "rabbitmq"),
    (r"nats(?:/nats)?\.h", "nats"),
    (r"cassandra\.h", "cassandra"),
    (r"aws/s3/|minio-cpp/|miniocpp/", "s3"),
    (r"aws/dynamodb/", "dynamodb"),
    (r"aws/sqs/", "sqs"),
    (r"google/cloud/pubsub", "pubsub"),
    (r"etcd/Client", "etcd"),
    (r"freetds|sybdb\.h", "sqlserver"),
)
NUMBER = r"(?P<port>(?:\w+::)?\w+)"
OPENS = (
    Opens(rf'\baddListener\(\s*"(?P<host>[^"]*)"\s*,\s*{NUMBER}', "http"),
    Opens(rf"\bapp\w*\s*\.(?:\w+\([^()]*\)\s*\.)*\s*port\(\s*{NUMBER}\s*\)", "http"),
    Opens(rf'\.listen\(\s*"(?P<host>[^"]*)"\s*,\s*{NUMBER}', "http"),
    Opens(rf"\bPort\(\s*{NUMBER}\s*\)", "http"),
    Opens(rf'\{{\s*"(?P<host>[\d.]+|localhost|::)"\s*,\s*{NUMBER}\s*,\s*(?:oatpp|v_)', "http"),
    Opens(rf'\bevhttp_bind_socket(?:_with_handle)?\([^,]+,\s*"(?P<host>[^"]*)"\s*,\s*{NUMBER}', "http"),
    Opens(rf"\bMHD_start_daemon\([^,]+,\s*{NUMBER}", "http"),
    Opens(rf"\bulfius_init_instance\([^,]+,\s*{NUMBER}", "http"),
    Opens(r'\bmg_(?:http_)?(?:listen|bind)\([^,]+,\s*"(?P<port>(?:http://)?[^"]*:\d+)', "http"),
    Opens(rf"\b(?:Poco::Net::)?ServerSocket\w*\s*\w*\(\s*{NUMBER}\s*\)", "http"),
    Opens(r'\bAddListeningPort\(\s*"(?P<port>[^"]*:\d+)"', "grpc"),
    Opens(rf"\bTServerSocket>?\w*\s*\w*\(\s*{NUMBER}", ""),
    Opens(rf"\bhtons\(\s*{NUMBER}\s*\)", ""),
    Opens(rf'"(?P<host>0\.0\.0\.0|::)"\s*,\s*{NUMBER}\s*\)', ""),
)
DEFINED = r"(?:#\s*define\s+%s\s+\(?|(?<![\w.\"])%s\s*(?:=|\{|\()\s*)(\d{2,5})\b"
LISTENS = (
    r"(?<![\w.>:])(?:::)?listen\s*\(\s*\w+\s*,|\baccept4?\s*\(\s*\w+\s*,|\bServerBuilder\b"
    r"|\bT(?:Threaded|ThreadPool|Nonblocking|Simple)Server\b"
)
READS_ARGUMENTS = (
    r"\bgetopt(?:_long)?\s*\(|\bargp_parse\s*\(|\bpopt\w+\s*\(|\bCLI::App\b|\bcxxopts::|\bprogram_options\b|\bgflags\b|\bargv\s*\["
)
ENVIRONMENT = r'\b(?:std::)?(?:secure_)?getenv\(\s*"(?P<name>[A-Z][A-Z0-9_]{1,60})"\s*\)'
MAIN = r"(?m)^\s*(?:int|void|auto)\s+main\s*\("
