import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8082')}"
workers = 1
threads = 8
graceful_timeout = 10
worker_tmp_dir = "/dev/shm"  # the root file system is read-only
control_socket_disable = True  # for the same reason
accesslog = "-"
