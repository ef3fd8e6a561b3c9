// The schema in Redoc; here, because the policy of our pages allows no script inside of them.
const place = document.getElementById("redoc");
Redoc.init(place.dataset.schema, { disableSearch: false, hideLoading: true }, place);
