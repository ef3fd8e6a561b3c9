// The schema in Swagger UI; here, because the policy of our pages allows no script inside of them.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, validatorUrl: null });
