// The schema in Swagger UI; here, because the policy of our pages allows no script inside of them. Subjects are closed at
// first: with all of some hundred operations open it shows those of the first two and then stops.
const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: place.dataset.schema, domNode: place, deepLinking: true, validatorUrl: null, docExpansion: "none", filter: true,
});
