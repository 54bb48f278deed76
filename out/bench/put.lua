-- The tutorial's request.
wrk.method = "PUT"
wrk.body = "firstName=Sammy&lastName=David Jr"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
